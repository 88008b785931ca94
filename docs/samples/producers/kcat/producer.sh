#!/bin/sh
# Publishes to Waybill with kcat: a registration and two events, all in JSON.
#
#   BROKERS=127.0.0.1:9092 sh producer.sh royal-mail AB123456785GB
set -eu
carrier=$1 number=$2
# kcat is librdkafka, whose own partitioner puts records elsewhere than other clients.
publish() { kcat -P -b "$BROKERS" -t "$1" -K '|' -X partitioner=murmur2_random -X enable.idempotence=true; }

publish registrations <<END
$carrier:$number|{"tenant":"default","carrier":"$carrier","tracking_number":"$number","reference":"order-17","promised_date":"2030-12-24"}
END
publish carrier-events <<END
$carrier:$number|{"carrier":"$carrier","tracking_number":"$number","source":"sample","code":"transit.picked_up","raw_code":"EVPPA","occurred_at":$(($(date +%s) - 3600))000}
$carrier:$number|{"carrier":"$carrier","tracking_number":"$number","source":"sample","code":"delivered.delivered","raw_code":"EVKSP","occurred_at":$(date +%s)000}
END
echo "published 3 records"
