#!/bin/sh
# Prints the secrets that the manifests name, with new passwords. Once, before the first `kubectl apply -k`:
#
#   kubectl apply -f deploy/kubernetes/base/namespace.yaml
#   PAYMENT_API_KEY=… sh deploy/kubernetes/secrets.sh | kubectl create -f -
#
# ARCHIVE_URL beside it names a PostgreSQL of your own: postgres://user:password@host:5432/database.
# WEBHOOKS is the list of endpoints, as docs/webhooks.md has it; none where it is absent.
# `create` refuses what is there: other passwords would shut the services out of a Kafka that has the old ones.
set -eu

: "${PAYMENT_API_KEY:?the key at the payment provider; any word where payments are simulated}"

# 24 random bytes, in hexadecimal: $1 for another number.
random() { od -An -v -N "${1:-24}" -tx1 /dev/urandom | tr -d ' \n'; }

# $1: the service. Its further lines: names and values.
secret() {
  printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: flash-sale-%s-secrets\n  namespace: flash-sale\n' "$1"
  printf 'stringData:\n'
  shift
  while [ $# -gt 0 ]; do
    # Between single quotes YAML reads everything as it is, but a single quote, which is written twice.
    printf "  %s: '%s'\n" "$1" "$(printf %s "$2" | sed "s/'/''/g")"
    shift 2
  done
}

redis_gateway=$(random) redis_processor=$(random) redis_operator=$(random)
kafka_gateway=$(random) kafka_processor=$(random) kafka_operator=$(random) kafka_keda=$(random)
kafka_archive=$(random) postgres_archive=$(random)
token_key="k1 $(random 32)"
archive_url=${ARCHIVE_URL:-postgres://archive:$postgres_archive@postgres-service:5432/archive}

secret redis admin "$(random)" gateway "$redis_gateway" processor "$redis_processor" operator "$redis_operator"
secret kafka gateway "$kafka_gateway" processor "$kafka_processor" operator "$kafka_operator" keda "$kafka_keda" \
  archive "$kafka_archive"
secret postgres archive "$postgres_archive"
secret gateway REDIS_PASSWORD "$redis_gateway" KAFKA_PASSWORD "$kafka_gateway" PAYMENT_TOKEN_KEY "$token_key" \
  ARCHIVE_URL "$archive_url"
secret processor REDIS_PASSWORD "$redis_processor" KAFKA_PASSWORD "$kafka_processor" \
  PAYMENT_TOKEN_KEY "$token_key" PAYMENT_API_KEY "$PAYMENT_API_KEY"
secret operator REDIS_PASSWORD "$redis_operator" KAFKA_PASSWORD "$kafka_operator" ARCHIVE_URL "$archive_url"
secret archive KAFKA_PASSWORD "$kafka_archive" ARCHIVE_URL "$archive_url"
secret webhooks ARCHIVE_URL "$archive_url" WEBHOOKS "${WEBHOOKS:-[]}"
secret keda sasl scram_sha512 username keda password "$kafka_keda"
