#!/usr/bin/env bash
# The one test command: builds, checks the format, publishes the static binary and runs every test project against it.
# The last line is "N passed, N failed, N skipped" over everything; the exit code is 0 only if something passed and nothing failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

usage() {
  cat <<'USAGE'
usage: tests/run.sh [--long]
  --long   run the long scenarios in full (sets FASTPROXY_LONG=1); default: each in its small form
USAGE
}

while [ $# -gt 0 ]; do
  case $1 in
    --long) export FASTPROXY_LONG=1; shift ;;
    -h|--help) usage; exit 0 ;;
    *) printf 'run: unknown option %s\n' "$1" >&2; usage >&2; exit 2 ;;
  esac
done

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en
results=$PWD/artifacts/tests
passed=0 failed=0 skipped=0 failures=()
rm -rf "$results"
mkdir -p "$results"

# What the SDK and the tests leave in the temporary directory goes with this run: a build makes directories there that it never removes.
# It is as open as the system's own: apt works there as another user, and so do the users that the tests make.
TMPDIR=$(mktemp -d) && chmod 1777 "$TMPDIR" || exit 1
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
touch "$TMPDIR/begun"

# `dotnet format` leaves the socket of its build host behind as well, in /tmp whatever TMPDIR says. Those that nobody listens on are removed.
remove_sockets() {
  local socket
  find /tmp -maxdepth 1 -type s -newer "$TMPDIR/begun" -regextype posix-extended -regex '/tmp/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' 2>/dev/null \
    | while read -r socket; do grep -qF " $socket" /proc/net/unix || rm -f "$socket"; done
}

say() { printf 'run: [%4ds] %s\n' "$SECONDS" "$*"; }
pass() { passed=$((passed + 1)); say "passed: $1"; }
fail() { failed=$((failed + 1)); failures+=("$1"); say "FAILED: $1"; }

finish() {
  if [ -s "$results/figures.txt" ]; then sed 's/^/run: figure: /' "$results/figures.txt"; fi
  say "log and result files: $results"
  local name
  for name in ${failures[@]+"${failures[@]}"}; do printf 'run: failed: %s\n' "$name"; done
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}

# step NAME COMMAND…: one counted line; the command's output is shown only if it fails.
step() {
  local name=$1 log=$results/$1.log
  shift
  say "$name …"
  if "$@" >"$log" 2>&1; then pass "$name"; else tail -n 60 "$log"; fail "$name"; return 1; fi
}

# --- what the tests need -----------------------------------------------------------------------------------------------------
# command:package, as Debian names them; what the compiler needs is publish.sh's business.
tools=(/usr/sbin/sshd:openssh-server ssh:openssh-client git:git rsync:rsync nc:netcat-openbsd socat:socat useradd:passwd setpriv:util-linux ip:iproute2 curl:curl node:nodejs npm:npm strace:strace file:file
  chroot:coreutils clang:clang objcopy:binutils cmake:cmake make:make c++:g++)
missing=()
for tool in "${tools[@]}"; do
  command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
done
for header in openssl/ssl.h:libssl-dev sqlite3.h:libsqlite3-dev; do
  [ -e "/usr/include/${header%%:*}" ] || compgen -G "/usr/include/*/${header%%:*}" >/dev/null || missing+=("${header##*:}")
done

install_missing() {
  # Packages must not start their daemons here: the tests start what they need themselves, on ports of their own.
  local policy=/usr/sbin/policy-rc.d made= status=0
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made=yes
  fi
  apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}" || status=$?
  [ -z "$made" ] || rm -f "$policy"
  return "$status"
}

if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing ${missing[*]}"
    install_missing >"$results/install.log" 2>&1 || { tail -n 20 "$results/install.log"; fail "install ${missing[*]}"; }
  else
    say "missing Debian packages, tests that need them will fail: ${missing[*]}"
  fi
fi

# Fifty sessions are some hundreds of descriptors and the soak has thousands; the hard limit is the administrator's.
ulimit -Sn 65536 2>/dev/null || ulimit -Sn "$(ulimit -Hn)" 2>/dev/null || true

# --- build, format, publish -----------------------------------------------------------------------------------------------------
step build dotnet build FastProxy.sln -c Release || finish
step format dotnet format FastProxy.sln --no-restore --verify-no-changes
remove_sockets
if [ -n "${FASTPROXY_BINARY:-}" ]; then
  say "testing $FASTPROXY_BINARY as given"
else
  step publish ./publish.sh || finish
  grep '^publish: ' "$results/publish.log" || true
fi

# --- tests ------------------------------------------------------------------------------------------------------------------------
counter() { # counter FILE NAME: that attribute of the result file's <Counters>
  sed -n 's/.*<Counters.*[ ]'"$2"'="\([0-9]*\)".*/\1/p' "$1"
}

run_project() {
  local project=$1 name trx status=0
  name=$(basename "$project" .csproj)
  trx=$results/$name.trx
  say "$name …"
  dotnet test "$project" -c Release --no-build --results-directory "$results" --logger "trx;LogFileName=$name.trx" \
    --logger 'console;verbosity=minimal' --blame-hang-timeout 10m --blame-hang-dump-type none || status=$?
  if [ ! -s "$trx" ]; then
    fail "$name left no result"
    return
  fi
  local total executed good bad
  total=$(counter "$trx" total) executed=$(counter "$trx" executed) good=$(counter "$trx" passed)
  bad=$((executed - good))
  passed=$((passed + good))
  failed=$((failed + bad))
  skipped=$((skipped + total - executed))
  if [ "$bad" -gt 0 ]; then failures+=("$bad of $name"); fi
  # A crashed or hung test host fails the run even if no single test is marked as failed.
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then fail "$name ended with exit code $status"; fi
  say "$name: $good passed, $bad failed, $((total - executed)) skipped"
}

for project in tests/*/*.csproj; do
  if grep -q 'Microsoft.NET.Test.Sdk' "$project"; then run_project "$project"; fi
done
finish
