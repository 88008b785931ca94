# Tools are pinned here and installed into bin/tools; nothing is installed
# outside the project.
GOLANGCI_LINT_VERSION := v2.15.0
GOTESTSUM_VERSION     := v1.13.0
SOAK                  ?= 10m
VERSION               ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

TOOLS  := bin/tools
ENGINE := internal/embedded/npm/node_modules/.package-lock.json
KAFKA  := bin/kafka/.fetched
# Packages whose tests use the Kafka that WAYBILL_TEST_KAFKA names.
KAFKA_SUITES := ./internal/apachekafka/... ./internal/roles ./internal/topiclog ./internal/topics ./pipeline/stream ./sinks/clickhouse
LDFLAGS := -X main.version=$(VERSION)

.DEFAULT_GOAL := help
.PHONY: help build engine demo test bin/kafka kafka test-kafka test-kafka-here test-on-kafka soak lint bench fuzz generate clean

help: ## Print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build bin/waybill
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/waybill ./cmd/waybill

engine: $(ENGINE) ## Fetch the ClickHouse library for this machine (npm)

$(ENGINE): internal/embedded/npm/package-lock.json
	npm ci --prefix internal/embedded/npm --omit=dev --ignore-scripts --no-audit --no-fund
	@touch $@

demo: build engine ## Play nine years of real shipments through everything, and check every number
	bin/waybill demo

test: engine bin/librdkafka bin/webhook-sdks bin/webhook-samples $(TOOLS)/gotestsum ## Run every test that this machine can run; those it cannot are named at the end
	$(TOOLS)/gotestsum --format pkgname --format-hide-empty-pkg -- -race -timeout 20m ./...
	$(TOOLS)/gotestsum --format pkgname -- -timeout 20m -run '^TestFaults' -parallel 2 ./cmd/waybill
	$(TOOLS)/gotestsum --format pkgname -- -tags synctests -timeout 20m ./pipeline/stream/simulation

kafka: $(KAFKA) ## Run Apache Kafka in the foreground: BROKERS=3 PORT=9092
	go run ./internal/apachekafka/serve -brokers $(or $(BROKERS),1) -port $(or $(PORT),9092) -dir bin/kafka/data

test-kafka: ## Run what depends on Kafka on Apache Kafka, brokers that are killed included
	@if command -v java >/dev/null && command -v mvn >/dev/null; then $(MAKE) --no-print-directory test-kafka-here; \
	else echo "make test-kafka: skipped, it needs Java 17 and Maven (java, mvn)"; fi

# The suites share one broker; tests that kill brokers have their own.
test-kafka-here: $(KAFKA) build engine bin/librdkafka $(TOOLS)/gotestsum
	go run ./internal/apachekafka/serve -- $(MAKE) --no-print-directory test-on-kafka

test-on-kafka: # on the Kafka that WAYBILL_TEST_KAFKA names
	$(TOOLS)/gotestsum --format pkgname --format-hide-empty-pkg -- -timeout 20m -p 1 $(KAFKA_SUITES)
	$(TOOLS)/gotestsum --format pkgname --format-hide-empty-pkg -- -run 'Conformance' ./internal/embedded
	bin/waybill demo --kafka-brokers $$WAYBILL_TEST_KAFKA

bin/kafka: $(KAFKA)

# A Python with librdkafka, for the test of records that it misplaces.
bin/librdkafka: pipeline/stream/testdata/librdkafka/requirements.txt
	@rm -rf $@
	@python3 -m venv $@ && $@/bin/pip install -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r $< || \
		{ rm -rf $@; echo "librdkafka cannot be had (python3 with venv, PyPI); its test is skipped"; }

# The SDKs of the platforms whose dialects webhooks may have, for the test of those.
bin/webhook-sdks: pipeline/tracking/testdata/sdks/package-lock.json
	@rm -rf $@ && mkdir -p $@ && cp pipeline/tracking/testdata/sdks/package*.json $@
	@npm ci --prefix $@ --ignore-scripts --no-audit --no-fund --silent || \
		{ rm -rf $@; echo "the SDKs for webhooks cannot be had (node, npm); their test is skipped"; }

# What the sample receivers in Python and JavaScript need, for the test of them.
SAMPLES := docs/samples/webhooks
bin/webhook-samples: $(SAMPLES)/python/requirements.txt $(SAMPLES)/javascript/package-lock.json
	@rm -rf $@ && mkdir -p $@ && cp $(SAMPLES)/javascript/package*.json $@
	@npm ci --prefix $@ --ignore-scripts --no-audit --no-fund --silent || \
		{ rm -rf $@/node_modules; echo "the sample receiver in JavaScript cannot be had (node, npm); its test is skipped"; }
	@python3 -m venv $@/python && $@/python/bin/pip install -q --disable-pip-version-check --no-deps --require-hashes -r $< || \
		{ rm -rf $@/python; echo "the sample receiver in Python cannot be had (python3 with venv, PyPI); its test is skipped"; }

# What lints the OpenAPI document.
LINTED := connectors/api/testdata/lint
bin/openapi-lint: $(LINTED)/package-lock.json
	@rm -rf $@ && mkdir -p $@ && cp $(LINTED)/package*.json $@
	@npm ci --prefix $@ --ignore-scripts --no-audit --no-fund --silent || \
		{ rm -rf $@; echo "the linter of the OpenAPI document cannot be had (node, npm); it is skipped"; }

$(KAFKA): internal/apachekafka/pom.xml
	rm -rf bin/kafka
	mvn -q -B -f $< dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/bin/kafka
	@touch $@

soak: ## Play histories of whole groups in virtual time: SOAK=10m long
	WAYBILL_SOAK=$(SOAK) go test -tags synctests -count 1 -v -timeout 0 -run TestHistories ./pipeline/stream/simulation

lint: $(TOOLS)/golangci-lint bin/openapi-lint ## Check the house rules
	$(TOOLS)/golangci-lint run ./...
	@[ ! -d bin/openapi-lint ] || bin/openapi-lint/node_modules/.bin/redocly lint --config $(LINTED)/redocly.yaml connectors/api/openapi.yaml
	go mod tidy -diff
	@go generate ./... && git diff --exit-code -- '*_gen.go' docs

bench: ## Measure everything into bench/RESULTS.md, or some of it: PART="stream restore"
	go run ./bench $(PART)

fuzz: ## Fuzz every parser for a minute each
	@for pkg in $$(grep -rl --include='*_test.go' 'func Fuzz' . | xargs -n1 dirname | sort -u); do \
		for target in $$(grep -rho 'func Fuzz[A-Za-z0-9]*' $$pkg/*_test.go | cut -c6-); do \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime 60s $$pkg || exit 1; done; done

generate: ## Write the generated files anew
	go generate ./...

clean: ## Remove what was built and fetched
	rm -rf bin internal/embedded/npm/node_modules

$(TOOLS)/golangci-lint:
	GOBIN=$(CURDIR)/$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)

$(TOOLS)/gotestsum:
	GOBIN=$(CURDIR)/$(TOOLS) go install gotest.tools/gotestsum@$(GOTESTSUM_VERSION)
