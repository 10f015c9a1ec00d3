package help

// Order is every guide.
var Order = order

// Figures are the pictures of a guide.
func (h *Help) Figures(lang, slug string) []string { return h.guides[lang][slug].figures }

// Search returns the slugs of what a search finds.
func (h *Help) Search(lang, query string) (slugs []string) {
	for _, r := range h.search(lang, query) {
		slugs = append(slugs, r.Slug)
	}
	return slugs
}
