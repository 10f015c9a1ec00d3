# The pictures of the guides, in every language, from the running product. It needs
# Chromium and takes two minutes.
figures:
	go run ./test/figures -guides

# A release, the same bytes on whatever machine with this version of Go, whatever its
# environment says of processors or stands in a folder above: docs/release.md.
# make release VERSION=0.1.0 [OUT=dist] [PLATFORMS="linux/amd64 …"]
OUT = dist
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64
release:
	@test -n "$(VERSION)" || { echo "make release VERSION=0.1.0"; exit 2; }
	@for platform in $(PLATFORMS); do for program in keyturn keyturn-phone; do \
	  to=$(OUT)/$$program-$(VERSION)-$$(echo $$platform | tr / -); \
	  CGO_ENABLED=0 GOFLAGS=-mod=readonly GOWORK=off GOEXPERIMENT= GOFIPS140=off GOAMD64=v1 GOARM64=v8.0 \
	    GOOS=$${platform%/*} GOARCH=$${platform#*/} go build -trimpath -buildvcs=false \
	    -ldflags "-s -w -buildid= -X keyturn/cmd/internal/build.release=$(VERSION)" -o $$to ./cmd/$$program || exit 1; \
	done; done
	@cd $(OUT) && sha256sum keyturn-*$(VERSION)-* >SHA256SUMS && cat SHA256SUMS

.PHONY: figures release
