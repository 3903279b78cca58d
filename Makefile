# Everything here also runs in .ci/run.
export CGO_ENABLED = 0

STATICCHECK = GOFLAGS= go run honnef.co/go/tools/cmd/staticcheck@v0.7.0

.PHONY: all build test vet staticcheck generate fuzz bench

all: build vet staticcheck generate test

build:
	go build -trimpath -ldflags "-s -w" -o bin/mlpolicy ./cmd/mlpolicy

test:
	go test ./...

vet:
	gofmt -l . && go vet ./...

staticcheck:
	$(STATICCHECK) ./...

# generate rewrites every file that is made from another; a test fails when one is stale.
generate:
	go generate ./...

# fuzz gives each fuzz target 30 seconds.
fuzz:
	@go list ./... | while read -r pkg; do \
		go test -list '^Fuzz' $$pkg 2>/dev/null | grep '^Fuzz' | while read -r target; do \
			echo "$$pkg $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime 30s $$pkg || exit 1; \
		done || exit 1; \
	done

bench:
	go test -run '^$$' -bench . -benchmem ./...
