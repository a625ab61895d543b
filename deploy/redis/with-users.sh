#!/bin/sh
# Starts Redis with the users of users.acl, each with a password of its own.
#
#   with-users.sh [options of redis-server]
#
# SECRETS (/secrets) has a file with the password of each user, by its name. ACL_FILE (/tmp/users.acl) is written with
# their digests, and read by Redis.
set -eu

FOLDER=$(dirname "$0")
SECRETS=${SECRETS:-/secrets}
ACL_FILE=${ACL_FILE:-/tmp/users.acl}

fail() {
  echo "with-users.sh: $*" >&2
  exit 1
}

# A line of users.acl, with the digest of a password in the place of the word `>password`.
with_digest() {
  name=${1#user }
  file=$SECRETS/${name%% *}
  [ -s "$file" ] || fail "there is no password in $file"
  # A trailing newline is cut by the shell.
  digest=$(printf %s "$(cat "$file")" | sha256sum)
  echo "${1%%>password*}#${digest%% *}${1#*>password}"
}

umask 077
: >"$ACL_FILE"
while IFS= read -r line; do
  case $line in
    "user "*">password"*) with_digest "$line" >>"$ACL_FILE" ;;
    "user "*) echo "$line" >>"$ACL_FILE" ;;
  esac
done <"$FOLDER/users.acl"

exec sh "$FOLDER/start.sh" --aclfile "$ACL_FILE" "$@"
