# Waybill as one static binary on nothing: no distribution, so no shell, no package and no library to patch.
#
#   docker build --build-arg VERSION=$(git describe --tags --always) -t waybill:latest .
#
# The same sources and version give the same bytes. Versions are pinned by tag; who wants more pins the digest of what was pulled.
FROM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
# The tag leaves out the embedded ClickHouse, whose loader needs a C library: in a container ClickHouse is a service of its own.
RUN CGO_ENABLED=0 go build -tags static -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /waybill ./cmd/waybill
RUN mkdir /state

FROM scratch
ARG VERSION=unknown
LABEL org.opencontainers.image.title="Waybill" \
      org.opencontainers.image.description="Tracks shipments: orders carrier events, drops duplicates, sends webhooks, reports delays and exceptions." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /waybill /waybill
# A volume that is mounted here takes over its owner. Nothing else is ever written to.
COPY --from=build --chown=65532:65532 /state /var/lib/waybill
ENV WAYBILL_DATA=/var/lib/waybill \
    WAYBILL_HTTP_LISTEN=0.0.0.0:8080 \
    WAYBILL_LOG_FORMAT=json
USER 65532:65532
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["/waybill", "health"]
ENTRYPOINT ["/waybill"]
CMD ["up"]
