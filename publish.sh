#!/usr/bin/env bash
# Builds the one static Native AOT binary: artifacts/fastproxy, its symbols beside it (fastproxy.dbg), the log in publish.log.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'USAGE'
usage: ./publish.sh [--framework net10.0|net9.0] [--output DIR] [--dynamic]
  --framework F  target framework (default: net10.0, or net9.0 where the net10.0 Native AOT runtime pack cannot be restored)
  --output DIR   where fastproxy, fastproxy.dbg and publish.log go (default: artifacts)
  --dynamic      link glibc and OpenSSL dynamically
USAGE
}

fail() { printf 'publish: %s\n' "$1" >&2; exit "${2:-1}"; }
usage_error() { printf 'publish: %s\n' "$1" >&2; usage >&2; exit 2; }
say() { printf 'publish: [%3ds] %s\n' "$SECONDS" "$*"; }

framework=
output=artifacts
static=true
while [ $# -gt 0 ]; do
  case $1 in
    --framework) framework=${2:-}; shift; [ -n "$framework" ] || usage_error '--framework needs a value'; shift ;;
    --framework=*) framework=${1#*=}; shift ;;
    --output) output=${2:-}; shift; [ -n "$output" ] || usage_error '--output needs a value'; shift ;;
    --output=*) output=${1#*=}; shift ;;
    --dynamic) static=false; shift ;;
    --image) fail '--image: not available in this version' 2 ;;
    -h|--help) usage; exit 0 ;;
    *) usage_error "unknown option $1" ;;
  esac
done
case $framework in ''|net10.0|net9.0) ;; *) usage_error "--framework $framework: net10.0 or net9.0" ;; esac

case $(uname -m) in
  x86_64) rid=linux-x64 ;;
  aarch64) rid=linux-arm64 ;;
  *) fail "unsupported machine $(uname -m)" ;;
esac

# --- system packages -------------------------------------------------------------------------------------------------------
archive() { # archive NAME: the path of a static library, or nothing
  local path
  path=$(cc -print-file-name="$1" 2>/dev/null || clang -print-file-name="$1" 2>/dev/null || true)
  case $path in /*) [ -f "$path" ] && realpath "$path" ;; esac
  return 0
}

missing=()
need() { missing+=("$1"); }
command -v clang >/dev/null || need clang
command -v objcopy >/dev/null || need binutils
command -v file >/dev/null || need file
[ -n "$(archive libc.a)" ] || need libc6-dev
[ -n "$(archive libsqlite3.a)" ] || need libsqlite3-dev
if $static; then
  command -v cmake >/dev/null || need cmake
  command -v make >/dev/null || need make
  command -v c++ >/dev/null || need g++
  [ -n "$(archive libssl.a)" ] && [ -n "$(archive libcrypto.a)" ] || need libssl-dev
fi
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing ${missing[*]}"
    install_log=$(mktemp)
    { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}"; } \
      >"$install_log" 2>&1 || { tail -n 20 "$install_log" >&2; fail "cannot install ${missing[*]}"; }
    rm -f "$install_log"
  else
    fail "missing Debian packages: ${missing[*]} (apt-get install ${missing[*]})"
  fi
fi
command -v dotnet >/dev/null || fail "missing the .NET SDK ($(sed -n 's/.*"version": "\(.*\)".*/\1/p' global.json) or later)"

# --- restore, with the fallback ----------------------------------------------------------------------------------------------
mkdir -p "$output" artifacts/publish
output=$(cd "$output" && pwd)
log=$output/publish.log
: >"$log"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# A directory for each framework and kind of linking: an incremental build does not notice that only the linker's options changed.
build_directory() { printf '%s/artifacts/publish/%s%s' "$PWD" "$1" "$($static || echo -dynamic)"; }

properties() { # of the framework $1
  printf '%s\n' -p:PublishAot=true "-p:FastProxyFramework=$1" "-p:FastProxyStatic=$static" \
    "-p:FastProxySqliteArchive=$(archive libsqlite3.a)" --artifacts-path "$(build_directory "$1")"
}

restore() {
  local args
  mapfile -t args < <(properties "$1")
  dotnet restore src/FastProxy/FastProxy.csproj -r "$rid" --verbosity quiet "${args[@]}" 2>&1 | tee -a "$log" >artifacts/publish/restore.log
}

restored=false
if [ -z "$framework" ]; then
  framework=net10.0
  # A pack that a package source does not have: NU1101 (no such package), NU1102 or NU1103 (no such version).
  if restore net10.0; then
    restored=true
  else
    grep -qE 'NU110[123].*NativeAOT' artifacts/publish/restore.log || { cat artifacts/publish/restore.log >&2; fail 'restore failed'; }
    say "the net10.0 Native AOT runtime pack cannot be restored here: falling back to net9.0"
    : >"$log"
    framework=net9.0
  fi
fi
$restored || restore "$framework" || { cat artifacts/publish/restore.log >&2; fail 'restore failed'; }

# --- publish -------------------------------------------------------------------------------------------------------------------
say "compiling for $framework $rid ($($static && echo static || echo dynamic)); this takes a minute or two"
mapfile -t args < <(properties "$framework")
stage=$(build_directory "$framework")/out
rm -rf "$stage"
dotnet publish src/FastProxy/FastProxy.csproj -c Release -r "$rid" --no-restore --verbosity minimal --output "$stage" "${args[@]}" \
  >>"$log" 2>&1 || { tail -n 40 "$log" >&2; fail "the build failed; the whole log is $log"; }
# Trim and AOT analysis is part of correctness: what it warns about fails later, at run time. The linker's remarks about
# getaddrinfo and friends in a static executable carry no IL number and are expected.
if grep -wE 'IL[0-9]{4}' "$log" >&2; then
  fail "trim or AOT warnings (above); the whole log is $log"
fi
[ -x "$stage/fastproxy" ] || fail "no executable in $stage; the whole log is $log"

binary=$output/fastproxy
# Moved into place, not written over: the old one may be running.
cp "$stage/fastproxy" "$binary.new" && mv -f "$binary.new" "$binary"
[ -f "$stage/fastproxy.dbg" ] && cp -f "$stage/fastproxy.dbg" "$output/fastproxy.dbg"
kind=$(file -b "$binary")
if $static; then
  case $kind in *'statically linked'*) ;; *) fail "not statically linked: $kind" ;; esac
fi
say "$binary: $(stat -c %s "$binary" | awk '{ printf "%.1f MB", $1 / 1e6 }'), $framework, $($static && echo 'statically linked' || echo 'dynamically linked'), in $SECONDS s"
