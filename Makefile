# Tools are pinned here and installed into bin/tools; nothing is installed
# outside the project.
GOLANGCI_LINT_VERSION := v2.15.0
GOTESTSUM_VERSION     := v1.13.0
GOVULNCHECK_VERSION   := v1.9.0
PROMETHEUS_VERSION    := v0.314.0
BENCHSTAT_VERSION     := v0.0.0-20260908200009-22c9c6c9d4da
COMPOSE_VERSION       := v2.16.2
# The version before, that the tests upgrade from: the commit of its tag.
PREVIOUS              := fe2c524
APICURIO_VERSION      := 3.0.9
SOAK                  ?= 10m
HISTORIES             ?= 200
VERSION               ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

TOOLS  := bin/tools
ENGINE := internal/embedded/npm/node_modules/.package-lock.json
KAFKA  := bin/kafka/.fetched
# Packages whose tests use the Kafka that WAYBILL_TEST_KAFKA names.
KAFKA_SUITES := ./bench/peers ./internal/acls ./internal/apachekafka/... ./internal/registry ./internal/roles ./internal/topiclog ./internal/topics ./pipeline/stream ./sinks/clickhouse
# Tests that drive the whole program as its users do, in processes of their own: they
# run without the detector of races, and take longest, so they begin.
WHOLE := ./cmd/waybill ./internal/console ./internal/demo
# Packages where the detector of races has nothing to find: rules and tables, tests
# whose work ClickHouse does, and those that it cannot bear (sinks/webhook/lanes says
# why). Without it they take a third of the time. The long ones come first.
CALM := ./analytics/... ./pipeline/stream/simulation ./internal/release ./internal/webhooklog ./bench/... \
	./connectors/carriers ./connectors/dialects ./connectors/places ./connectors/replay ./connectors/simulate/... ./docs/... \
	./internal/riskscore ./internal/score ./pipeline/delivery/... ./pipeline/endpoints ./pipeline/quotas ./pipeline/stream/store \
	./pipeline/tracking/... ./schemas/... ./sinks/webhook/lanes
# Of the rest, which run with the detector, those that take longest: they begin.
# The store has both: what it allocates is counted without.
LONG := ./sinks/clickhouse ./pipeline/stream ./connectors/api ./internal/shipmentlog ./internal/roles ./connectors/polling ./internal/embedded ./pipeline/stream/store
# What runs tests and keeps what they said in bin/tested; vet is part of make lint.
TESTED = $(TOOLS)/gotestsum --format pkgname --format-hide-empty-pkg --hide-summary skipped --jsonfile bin/tested/$@.json -- -vet=off -timeout 40m
LDFLAGS := -X main.version=$(VERSION)

.DEFAULT_GOAL := help
.PHONY: help build release engine demo test test-races test-calm promtool benchstat bin/kafka bin/apicurio kafka test-kafka test-kafka-here test-on-kafka soak effect lint vulncheck bench bench-compare fuzz generate clean

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

test: engine bin/previous bin/librdkafka bin/registry-python bin/webhook-sdks bin/webhook-samples bin/producer-samples bin/browser bin/kubernetes-schemas promtool benchstat $(TOOLS)/compose-spec $(TOOLS)/gotestsum ## Run every test that this machine can run; those it cannot are named at the end
	@rm -rf bin/tested && mkdir bin/tested
	@code=0; $(MAKE) --no-print-directory -k -j 2 test-races test-calm || code=$$?; \
		$(TOOLS)/gotestsum --format none --raw-command -- cat bin/tested/test-races.json bin/tested/test-calm.json && exit $$code

# The two run beside each other, for most tests wait more than they work; of each so few
# packages at a time that nobody's patience ends for want of a processor.
test-races:
	@$(TESTED) -p 3 -race $(LONG) $$({ go list ./...; go list $(LONG) $(CALM) $(WHOLE); } | sort | uniq -u)

# Built as the program is, so that neither is compiled for the other again.
test-calm:
	@CGO_ENABLED=0 $(TESTED) -trimpath -p 3 -parallel 3 -tags synctests $(WHOLE) $(CALM)

kafka: $(KAFKA) ## Run Apache Kafka in the foreground: BROKERS=3 PORT=9092
	go run ./internal/apachekafka/serve -brokers $(or $(BROKERS),1) -port $(or $(PORT),9092) -dir bin/kafka/data

test-kafka: ## Run what depends on Kafka on Apache Kafka, brokers that are killed included
	@if command -v java >/dev/null && command -v mvn >/dev/null; then $(MAKE) --no-print-directory test-kafka-here; \
	else echo "make test-kafka: skipped, it needs Java 17 and Maven (java, mvn)"; fi

# The suites share one broker; tests that kill brokers have their own.
test-kafka-here: $(KAFKA) $(APICURIO) bin/kafkastreams bin/flink build engine bin/librdkafka bin/registry-python $(TOOLS)/gotestsum
	go run ./internal/apachekafka/serve -- $(MAKE) --no-print-directory test-on-kafka

test-on-kafka: # on the Kafka that WAYBILL_TEST_KAFKA names
	$(TOOLS)/gotestsum --format pkgname --format-hide-empty-pkg -- -timeout 40m -p 1 $(KAFKA_SUITES)
	$(TOOLS)/gotestsum --format pkgname --format-hide-empty-pkg -- -run 'Conformance' ./internal/embedded
	$(TOOLS)/gotestsum --format pkgname --format-hide-empty-pkg -- -run 'TestSecuredKafka' ./cmd/waybill
	bin/waybill demo --kafka-brokers $$WAYBILL_TEST_KAFKA

bin/kafka: $(KAFKA)

# The program of the version before, for the test of upgrades.
bin/previous: Makefile
	@rm -rf $@ && mkdir -p $@/source
	@{ git archive $(PREVIOUS) | tar x -C $@/source && cd $@/source && CGO_ENABLED=0 go build -trimpath -ldflags '-X main.version=$(PREVIOUS)' -o ../waybill ./cmd/waybill && cd - >/dev/null && rm -r $@/source; } || \
		{ rm -rf $@; echo "the version before cannot be had (git, with the history); the test of upgrades is skipped"; }

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

# Kubernetes' schemas, for the test of deploy/kubernetes: of all versions that the package has, the newest.
SCHEMAS := cmd/waybill/testdata/kubernetes/requirements.txt
bin/kubernetes-schemas: $(SCHEMAS)
	@rm -rf $@ $@.all
	@python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --no-deps --only-binary :all: --require-hashes --target $@.all -r $< && \
		mv "$$(ls -d $@.all/kubernetes_validate/kubernetes-json-schema/*-local-strict | sort -V | tail -1)" $@ && touch $@ || \
		echo "Kubernetes' schemas cannot be had (python3 with pip, PyPI); the test of the manifests goes without them"
	@rm -rf $@.all

# What checks compose files as Compose does: schema, variables, references.
$(TOOLS)/compose-spec:
	@mkdir -p $(TOOLS)/compose-spec.bin
	@GOBIN=$(CURDIR)/$(TOOLS)/compose-spec.bin go install github.com/compose-spec/compose-go/v2/cmd@$(COMPOSE_VERSION) && \
		mv $(TOOLS)/compose-spec.bin/cmd $@ || echo "the checker of compose files cannot be had (the Go module proxy); its test is skipped"
	@rm -rf $(TOOLS)/compose-spec.bin

# A Chromium and what drives it, for the test of the console. The package carries it
# for Linux on x86-64; elsewhere one that is installed is taken.
bin/browser: internal/console/testdata/browser/package-lock.json
	@rm -rf $@ && mkdir -p $@ && cp internal/console/testdata/browser/package*.json $@
	@npm ci --prefix $@ --ignore-scripts --no-audit --no-fund --silent && \
		cd $@ && TMPDIR=$$PWD node -e 'import("@sparticuz/chromium").then((c) => c.default.executablePath())' || \
		{ rm -rf $(CURDIR)/$@; echo "a browser cannot be had (node, npm); the test of the console is skipped"; }

# What the sample producers in Python and JavaScript need, for the test of them.
PRODUCERS := docs/samples/producers
bin/producer-samples: $(PRODUCERS)/python/requirements.txt $(PRODUCERS)/javascript/package-lock.json
	@rm -rf $@ && mkdir -p $@ && cp $(PRODUCERS)/javascript/package*.json $@
	@npm ci --prefix $@ --ignore-scripts --no-audit --no-fund --silent || \
		{ rm -rf $@/node_modules; echo "the sample producer in JavaScript cannot be had (node, npm); its test is skipped"; }
	@python3 -m venv $@/python && $@/python/bin/pip install -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r $< || \
		{ rm -rf $@/python; echo "the sample producer in Python cannot be had (python3 with venv, PyPI); its test is skipped"; }

# What reads Prometheus's rules and queries, for the tests of alerts and dashboards.
promtool:
	@$(MAKE) --no-print-directory $(TOOLS)/promtool || echo "promtool cannot be had (the Go module proxy); the tests that need it are skipped"

# Built where it lies, for a module that replaces others cannot be installed; without
# the many clients of its service discovery.
$(TOOLS)/promtool:
	@cd / && go mod download github.com/prometheus/prometheus@$(PROMETHEUS_VERSION)
	@cd "$$(go env GOMODCACHE)/github.com/prometheus/prometheus@$(PROMETHEUS_VERSION)" && \
		GOWORK=off go build -trimpath -buildvcs=false -tags remove_all_sd -o $(CURDIR)/$@ ./cmd/promtool

# A schema registry, the last that Java 17 runs, and Confluent's serializers for
# Python, for the tests of both. That version of the plugin asks for nothing else.
APICURIO := bin/apicurio/.fetched
bin/apicurio: $(APICURIO)
$(APICURIO):
	@rm -rf bin/apicurio && mkdir -p bin/apicurio
	@mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:2.8:get -Dtransitive=false \
		-Dartifact=io.apicurio:apicurio-registry-app:$(APICURIO_VERSION):tar.gz:all -Ddest=$(CURDIR)/bin/apicurio/all.tar.gz && \
		tar xzf bin/apicurio/all.tar.gz -C bin/apicurio && rm bin/apicurio/all.tar.gz && touch $@ || \
		{ rm -rf bin/apicurio; echo "Apicurio Registry cannot be had (Maven); its test is skipped"; }

bin/registry-python: internal/registry/testdata/python/requirements.txt
	@rm -rf $@
	@python3 -m venv $@ && $@/bin/pip install -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r $< || \
		{ rm -rf $@; echo "Confluent's serializers cannot be had (python3 with venv, PyPI); their test is skipped"; }

# What validates the AsyncAPI document.
ASYNCAPI := schemas/asyncapigen/testdata/lint
bin/asyncapi-lint: $(ASYNCAPI)/package-lock.json
	@rm -rf $@ && mkdir -p $@ && cp $(ASYNCAPI)/package*.json $@
	@npm ci --prefix $@ --ignore-scripts --no-audit --no-fund --silent || \
		{ rm -rf $@; echo "the validator of the AsyncAPI document cannot be had (node, npm); it is skipped"; }

# What lints the OpenAPI document.
LINTED := connectors/api/testdata/lint
bin/openapi-lint: $(LINTED)/package-lock.json
	@rm -rf $@ && mkdir -p $@ && cp $(LINTED)/package*.json $@
	@npm ci --prefix $@ --ignore-scripts --no-audit --no-fund --silent || \
		{ rm -rf $@; echo "the linter of the OpenAPI document cannot be had (node, npm); it is skipped"; }

# The peers on the JVM, for bench/peers: the rules are the same sources for both.
PEERS := bench/peers
bin/kafkastreams bin/flink: bin/%: $(PEERS)/%/pom.xml $(wildcard $(PEERS)/jvm/src/main/java/waybill/peer/*.java $(PEERS)/kafkastreams/src/main/java/waybill/peer/*.java $(PEERS)/flink/src/main/java/waybill/peer/*.java)
	@rm -rf $@ && mkdir -p $@
	@mvn -q -B -f $< compiler:compile jar:jar dependency:copy-dependencies -Dbuilt=$(CURDIR)/$@/built -DoutputDirectory=$(CURDIR)/$@ && \
		mv $@/built/peer-1.jar $@ && rm -r $@/built && touch $@ || \
		{ rm -rf $@; echo "the peer of $@ cannot be had (java, mvn); the bench part peers and its test go without it"; }

$(KAFKA): internal/apachekafka/pom.xml
	rm -rf bin/kafka
	mvn -q -B -f $< dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/bin/kafka
	@touch $@

soak: ## Play histories of whole groups in virtual time: SOAK=10m long
	WAYBILL_SOAK=$(SOAK) go test -tags synctests -count 1 -v -timeout 0 -run TestHistories ./pipeline/stream/simulation

effect: ## Play random histories through the ClickHouse sink with kills: HISTORIES=200 of them
	WAYBILL_HISTORIES=$(HISTORIES) go test -count 1 -v -timeout 0 -run TestRandomHistories ./sinks/clickhouse

lint: $(TOOLS)/golangci-lint bin/openapi-lint bin/asyncapi-lint ## Check the house rules
	$(TOOLS)/golangci-lint run ./...
	@[ ! -d bin/openapi-lint ] || bin/openapi-lint/node_modules/.bin/redocly lint --config $(LINTED)/redocly.yaml connectors/api/openapi.yaml
	@[ ! -d bin/asyncapi-lint ] || node $(ASYNCAPI)/lint.mjs docs/asyncapi.yaml
	go mod tidy -diff
	@$(MAKE) --no-print-directory vulncheck
	@go generate ./... && git diff --exit-code -- '*_gen.go' docs

# Its database is asked over the network; where it is out of reach nothing is known.
vulncheck: $(TOOLS)/govulncheck ## Look for known weaknesses in what the program calls
	@$(TOOLS)/govulncheck ./... >bin/vulncheck.txt 2>&1; code=$$?; \
	if grep -q '^govulncheck: fetching vulnerabilities' bin/vulncheck.txt; then echo "the database of weaknesses cannot be reached; vulncheck is skipped"; \
	else cat bin/vulncheck.txt; exit $$code; fi

# The part peers goes without its peers where there is no Maven.
bench: $(if $(filter peers,$(or $(PART),peers)),$(if $(shell command -v mvn),bin/kafka bin/kafkastreams bin/flink)) ## Measure everything into bench/RESULTS.md, or some of it: PART="stream restore"
	go run ./bench $(PART)

bench-compare: $(TOOLS)/benchstat ## Run the hot path's micro-benchmarks here and at BASE=REV in turn, and compare
	@[ -n "$(BASE)" ] || { echo "make bench-compare: with which revision? BASE=main, say"; exit 1; }
	@mkdir -p bin && go build -o bin/compare ./bench/compare && bin/compare --base '$(BASE)' $(COMPARE)

fuzz: ## Fuzz every parser for a minute each
	@for pkg in $$(grep -rl --include='*_test.go' 'func Fuzz' . | xargs -n1 dirname | sort -u); do \
		for target in $$(grep -rho 'func Fuzz[A-Za-z0-9]*' $$pkg/*_test.go | cut -c6-); do \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime 60s $$pkg || exit 1; done; done

release: ## Build a release into bin/release: archives, checksums, bills of materials
	@git diff --quiet HEAD || { echo "make release: there are changes that are not committed; commit them, for a release is of a commit"; exit 1; }
	go run ./internal/release -version $(VERSION)

generate: ## Write the generated files anew
	go generate ./...

clean: ## Remove what was built and fetched
	rm -rf bin internal/embedded/npm/node_modules

$(TOOLS)/golangci-lint:
	GOBIN=$(CURDIR)/$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)

benchstat:
	@$(MAKE) --no-print-directory $(TOOLS)/benchstat || echo "benchstat cannot be had (the Go module proxy); the test of bench-compare is skipped"

$(TOOLS)/benchstat:
	GOBIN=$(CURDIR)/$(TOOLS) go install golang.org/x/perf/cmd/benchstat@$(BENCHSTAT_VERSION)

$(TOOLS)/govulncheck:
	GOBIN=$(CURDIR)/$(TOOLS) go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)

$(TOOLS)/gotestsum:
	GOBIN=$(CURDIR)/$(TOOLS) go install gotest.tools/gotestsum@$(GOTESTSUM_VERSION)
