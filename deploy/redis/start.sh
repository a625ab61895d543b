#!/bin/sh
# Starts Redis append-only, and loads a dump.rdb that somebody copied in, which Redis itself ignores as soon as it has an
# append-only folder.
#
#   start.sh [options of redis-server]     in the data folder, which is /data in the container
#
# SAVE and BGSAVE write dump.rdb as well, and that one must never win over what was written after it. The file system
# tells them apart. Redis creates the file when a save begins, the dump itself says when that was, and the file is
# complete a moment later. A copy was created after the save, or keeps times from before it was created, or was written
# long after. In doubt, the append-only folder stays: a restore that did not happen can be repeated.
#
# Loading needs no server: a dump is what the base of an append-only folder is. Every step is one rename, and a start
# after a kill goes on where it was. Nothing is deleted: the old folder stays beside the new one.
set -eu

AOF=appendonlydir
NEW=appendonlydir.loading
BASE=appendonly.aof.1.base.rdb
MANIFEST=appendonly.aof.manifest
PLACE=.start-place
DUMP=dump.rdb

SECOND=1000000000
# The kernel's clock for files and the one for programs differ by a tick or two.
TICK=50000000
# What a save may take: a quarter of a second, and a second for every 4 MiB.
SAVE_AT_LEAST=250000000
NANOS_PER_BYTE=240

say() { echo "start.sh: $*" >&2; }

# The time of a file in nanoseconds, empty where the file system does not keep it. $1: W born, Y written. $2: the file.
time_of() {
  seconds=$(stat -c "%.9$1" "$2" 2>/dev/null) || return 0
  case $seconds in
    0 | 0.* | -* | *[!0-9.]*) ;;
    *.*) echo "${seconds%.*}${seconds#*.}" ;;
  esac
}

# A folder that was copied as a whole, to another disk say, has new files throughout: their times tell nothing.
# So one file says which it is, and no copy of it is that one.
stays_in_place() { [ -f "$PLACE" ] && [ "$(cat "$PLACE")" = "$(stat -c "%i %W" "$PLACE")" ]; }
remember_place() {
  : >"$PLACE.new"
  stat -c "%i %W" "$PLACE.new" >"$PLACE.new"
  mv "$PLACE.new" "$PLACE"
}

# Also the single file of before Redis 7, which Redis takes over by itself.
has_aof() { [ -f "$AOF/$MANIFEST" ] || [ -f appendonly.aof ]; }

# Whether somebody put dump.rdb here. $1: what redis-check-rdb says of it.
was_copied_in() {
  born=$(time_of W "$DUMP")
  written=$(time_of Y "$DUMP")
  saved=$(echo "$1" | sed -n "s/.*AUX FIELD ctime = '\([0-9]*\)'.*/\1/p")
  # Redis always writes when it saved, so this is of some other program.
  [ -n "$saved" ] || return 0
  if [ -z "$born" ] || [ -z "$written" ]; then
    say "$DUMP is left alone, as this file system does not tell when a file was created;" \
      "to load it, move $AOF away and start again"
    return 1
  fi
  [ "$born" -gt $(((saved + 1) * SECOND + TICK)) ] && return 0
  [ "$written" -lt $((born - TICK)) ] && return 0
  size=$(stat -c %s "$DUMP")
  [ "$written" -gt $((born + SAVE_AT_LEAST + size * NANOS_PER_BYTE)) ]
}

should_load() {
  [ -f "$DUMP" ] || return 1
  if ! report=$(redis-check-rdb "$DUMP" 2>&1); then
    say "$DUMP cannot be loaded: $(echo "$report" | grep -v "^\[info\]" | tail -n 1)"
    has_aof && return 1
    say "and there is nothing else to start from: copy another one in, or move this one away"
    exit 1
  fi
  has_aof || return 0
  was_copied_in "$report" || return 1
  stays_in_place && return 0
  say "$DUMP is left alone, as this folder seems to be a copy of another; to load it, copy it in once more"
  return 1
}

# Once the dump is in the new folder it is going to be loaded, whatever happens.
prepare() {
  mkdir -p "$NEW"
  echo "file $BASE seq 1 type b" >"$NEW/$MANIFEST"
  sync
  mv "$DUMP" "$NEW/$BASE"
}

finish() {
  if [ -e "$AOF" ]; then
    aside="$AOF.before-$(date -u +%Y%m%dT%H%M%SZ)"
    while [ -e "$aside" ]; do aside="$aside+"; done
    mv "$AOF" "$aside"
    say "what was there is kept in $aside"
  fi
  mv "$NEW" "$AOF"
  sync
  say "loaded the $DUMP that was copied in"
}

if [ -f "$NEW/$BASE" ]; then finish; fi
if should_load; then
  prepare
  finish
fi
stays_in_place || remember_place

# The image's own entry point gives the files to the user redis, and goes on as that user.
if command -v docker-entrypoint.sh >/dev/null; then
  exec docker-entrypoint.sh redis-server --appendonly yes --appendfsync always --save "" "$@"
fi
exec redis-server --appendonly yes --appendfsync always --save "" "$@"
