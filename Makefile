# The one thing that has to be made: the pictures of the guides, in every
# language, from the running product. It needs Chromium and takes two minutes.
figures:
	go run ./test/figures -guides

.PHONY: figures
