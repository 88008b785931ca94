FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
# The tag leaves out the embedded ClickHouse, whose loader needs a C library:
# in a container ClickHouse is a service of its own.
RUN CGO_ENABLED=0 go build -tags static -trimpath -ldflags "-X main.version=${VERSION}" -o /waybill ./cmd/waybill
RUN mkdir /state

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /waybill /waybill
# A volume that is mounted here takes over its owner.
COPY --from=build --chown=65532:65532 /state /var/lib/waybill
USER 65532:65532
ENTRYPOINT ["/waybill"]
CMD ["up"]
