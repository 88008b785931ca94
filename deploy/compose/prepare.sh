#!/bin/sh
# Makes the secrets that docker-compose.yml mounts, those that are not there yet, and prints the first key of the API.
#
# The folder is its owner's alone. The files in it can be read by all, for containers run as users of their own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:-$here/secrets}
# The program that makes keys: that of the image, unless another is named.
waybill=${WAYBILL:-docker run --rm waybill:local}

mkdir -p "$dir"
chmod 700 "$dir"
for name in clickhouse-password grafana-password; do
	[ -s "$dir/$name" ] || head -c 24 /dev/urandom | base64 | tr '+/' '-_' > "$dir/$name"
done
[ -s "$dir/secret-keys" ] || $waybill secrets new-key > "$dir/secret-keys"
if [ ! -s "$dir/api-keys.yaml" ]; then
	# Its output is the key for you, and below it the entry for the file.
	made=$($waybill keys new --tenant default --scopes admin)
	printf '%s\n' "$made" | sed -n '/^keys:/,$p' > "$dir/api-keys.yaml"
	printf '%s\n' "$made" | sed -n '1p'
fi
chmod 644 "$dir"/*
