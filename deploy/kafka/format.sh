#!/bin/sh
# Formats the broker's folder, where that is not done, with the users who may connect to it.
#
#   format.sh [options of kafka-storage.sh format]
#
# SECRETS (/secrets) has a file with the password of each user, by its name: letters and digits, as Kafka takes the list
# apart at commas and brackets. A folder that is formatted keeps its users: docs/operations.md says how to change one.
set -eu

SECRETS=${SECRETS:-/secrets}
STORAGE=${STORAGE:-/opt/kafka/bin/kafka-storage.sh}

for file in "$SECRETS"/*; do
  password=$(cat "$file")
  case $password in
    "" | *[!A-Za-z0-9]*)
      echo "format.sh: $file: a password is letters and digits" >&2
      exit 1
      ;;
  esac
  set -- "$@" --add-scram "SCRAM-SHA-512=[name=$(basename "$file"),password=$password]"
done

exec "$STORAGE" format --ignore-formatted "$@"
