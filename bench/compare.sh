#!/usr/bin/env bash
# FastProxy beside haproxy, socat and stunnel, end to end on loopback: every chain started alone, rounds interleaved, medians
# printed as Markdown with ratios and verdicts, everything written to artifacts/compare.json.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
command_line="bench/compare.sh $*"

usage() {
  cat <<'USAGE'
usage: bench/compare.sh [--rounds N] [--quick] [--only CHAIN,…] [--rows ROW,…] [--bytes N] [--with NAME=PORT:COMMAND…]
  --rounds N    interleaved rounds (default 5)
  --quick       one round with small sizes: whether it works, not how fast
  --only LIST   only these chains: direct haproxy socat stunnel fastproxy-ws fastproxy-wss fastproxy-stock-wss
  --rows LIST   only these rows: bulk rtt connect parallel delayed idle pooled calls
  --bytes N     bytes of one bulk transfer (default 2 GiB)
  --with NAME=PORT:COMMAND
                another tunnel: COMMAND (run by bash) must listen on 127.0.0.1:PORT and lead to 127.0.0.1:$ORIGIN_PORT;
                all of its processes are measured. May be repeated
The binary: $FASTPROXY_BINARY, else artifacts/fastproxy, else ./publish.sh makes it.
USAGE
}

fail() { printf 'compare: %s\n' "$1" >&2; exit 1; }
say() { printf 'compare: [%4ds] %s\n' "$SECONDS" "$*" >&2; }

rounds=5 bytes=$((2 << 30)) warm=$((64 << 20)) delayed_bytes=$((256 << 20)) traced_bytes=$((512 << 20))
rtts=3000 connects=300 parallel=1000 idle=5000
chains=(direct haproxy socat stunnel fastproxy-ws fastproxy-wss fastproxy-stock-wss)
rows=(bulk rtt connect parallel delayed idle pooled calls)
declare -A with=()
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=${2:?}; shift 2 ;;
    --quick)
      rounds=1 bytes=$((128 << 20)) warm=0 delayed_bytes=$((16 << 20)) traced_bytes=$((64 << 20))
      rtts=300 connects=30 parallel=200 idle=200; shift ;;
    --only) IFS=, read -ra chains <<<"${2:?}"; shift 2 ;;
    --rows) IFS=, read -ra rows <<<"${2:?}"; shift 2 ;;
    --bytes) bytes=${2:?}; shift 2 ;;
    --with)
      [[ ${2:-} =~ ^([A-Za-z0-9._-]+)=([0-9]+):(.+)$ ]] || { usage >&2; exit 2; }
      with[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}:${BASH_REMATCH[3]}
      chains+=("${BASH_REMATCH[1]}"); shift 2 ;;
    -h|--help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

for row in "${rows[@]}"; do
  case $row in bulk|rtt|connect|parallel|delayed|idle|pooled|calls) ;; *) usage >&2; exit 2 ;; esac
done
wanted() { [[ " ${rows[*]} " == *" $1 "* ]]; }

# --- what it needs ------------------------------------------------------------------------------------------------------------
missing=()
for tool in haproxy:haproxy stunnel4:stunnel4 socat:socat iperf3:iperf3 strace:strace openssl:openssl; do
  command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "missing Debian packages: ${missing[*]} (apt-get install ${missing[*]})"
  say "installing ${missing[*]}"
  # Packages must not start their daemons: every chain is started here, alone, on a port of its own.
  policy=/usr/sbin/policy-rc.d made=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made=yes
  fi
  apt-get -q update >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}" >/dev/null
  installed=$?
  [ -z "$made" ] || rm -f "$policy"
  [ "$installed" = 0 ] || fail "cannot install ${missing[*]}"
fi

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
ulimit -Sn "$(ulimit -Hn)" 2>/dev/null || true
fastproxy=${FASTPROXY_BINARY:-$PWD/artifacts/fastproxy}
if [ ! -x "$fastproxy" ]; then
  [ -z "${FASTPROXY_BINARY:-}" ] || fail "FASTPROXY_BINARY=$FASTPROXY_BINARY is not executable"
  ./publish.sh >&2 || fail "publish.sh failed"
fi
say "building the load"
build_log=$(dotnet build bench/FastProxy.Load -c Release --verbosity quiet 2>&1) || fail "$build_log"
load=$PWD/artifacts/build/bin/FastProxy.Load/release/FastProxy.Load

work=$(mktemp -d)
chmod 700 "$work"
# Kept, so that an interrupted run still has what it measured.
results=$PWD/artifacts/compare/results.jsonl
mkdir -p artifacts/compare
: >"$results"
pids=() origin_pid='' relay_pid=''

# Only what was started here is stopped, by its id; children of a forking relay end with their connections.
stop() {
  local pid
  for pid in "$@"; do [ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null; done
  for pid in "$@"; do
    [ -n "$pid" ] || continue
    for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
  done
}
cleanup() {
  trap - EXIT INT TERM
  stop ${pids[@]+"${pids[@]}"} "$relay_pid" "$origin_pid"
  rm -rf "$work"
}
trap cleanup EXIT
trap 'say "interrupted"; exit 130' INT
trap 'say "terminated"; exit 143' TERM

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
await_port() { # await_port PORT LOG
  for _ in $(seq 200); do listens "$1" && return 0; sleep 0.05; done
  printf 'compare: nothing listens on port %s\n' "$1" >&2
  [ ! -f "$2" ] || tail -n 20 "$2" >&2
  return 1
}
free_ports() { "$load" ports --count "$1"; }

# --- the origin, certificates, the gateway's store ------------------------------------------------------------------------------
export ORIGIN_PORT
ORIGIN_PORT=$(free_ports 1)
"$load" origin --listen "$ORIGIN_PORT" >/dev/null 2>"$work/origin.log" &
origin_pid=$!
await_port "$ORIGIN_PORT" "$work/origin.log" || exit 1

host=app.localhost
{
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=compare authority' \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -keyout "$work/ca.key" -out "$work/ca.pem" &&
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$host" -keyout "$work/tls.key" -out "$work/tls.csr" &&
  printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\n' "$host" >"$work/extensions" &&
  openssl x509 -req -in "$work/tls.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 2 -extfile "$work/extensions" -out "$work/tls.pem"
} >"$work/openssl.log" 2>&1 || { cat "$work/openssl.log" >&2; exit 1; }

start_gateway() { # sets plain_port and tls_port
  { read -r plain_port; read -r tls_port; } < <(free_ports 2)
  cat >"$work/gateway.yaml" <<YAML
data_dir: $work/data
listen:
  - address: 127.0.0.1:$tls_port
    tls: { certificate: $work/tls.pem, key: $work/tls.key }
  - address: 127.0.0.1:$plain_port
    tls: off
limits: { streams_per_token: 100000, sessions_per_token: 100000, drain: 0s }
YAML
  "$fastproxy" gateway --config "$work/gateway.yaml" >"$work/gateway.log" 2>&1 &
  pids+=($!)
  await_port "$tls_port" "$work/gateway.log"
}

(umask 077 && mkdir "$work/data")
start_gateway || exit 1
export FASTPROXY_API=unix:$work/data/admin.sock
{
  (umask 077
    "$fastproxy" token create bench --json >"$work/token.json"
    sed -n 's/.*"client_id": *"\([^"]*\)".*/\1/p' "$work/token.json" >"$work/id"
    sed -n 's/.*"client_secret": *"\([^"]*\)".*/\1/p' "$work/token.json" >"$work/secret") &&
  "$fastproxy" app create bench --domain "$host" --origin "tcp://127.0.0.1:$ORIGIN_PORT" &&
  "$fastproxy" policy add bench machines --action service-auth --include service-token:bench
} >"$work/setup.log" 2>&1 || { cat "$work/setup.log" "$work/gateway.log" >&2; exit 1; }
[ -s "$work/id" ] && [ -s "$work/secret" ] || fail "the token's id or secret is missing from what token create printed"
stop "${pids[@]}"
pids=()

# `fastproxy bastion` where the binary has it, else the same engine by `access tcp --url`.
bastion=true
[[ $("$fastproxy" bastion --help 2>&1) == *--config* ]] || bastion=false
$bastion || say "this binary has no bastion: measuring 'access tcp --url' in its place"

# --- chains ------------------------------------------------------------------------------------------------------------------------
# start CHAIN [delay]: sets port (where the load goes), pids (every process of the chain) and idle_pid (whose memory idle sessions
# cost). With delay, a relay that holds bytes for 50 ms each way stands in the wire: between the halves of a pair, before the origin
# of a single hop.
start_relay() { # start_relay PORT: sets relayed
  relayed=$1
  $delay || return 0
  relayed=$(free_ports 1)
  "$load" relay --to "$1" --delay-ms 50 --listen "$relayed" >/dev/null 2>"$work/relay.log" &
  relay_pid=$!
  await_port "$relayed" "$work/relay.log"
}

start() {
  local chain=$1 log=$work/$1.log
  delay=${2:-false} pids=() relay_pid='' idle_pid=''
  case $chain in
    direct)
      start_relay "$ORIGIN_PORT"
      port=$relayed
      return 0 ;;
    haproxy)
      start_relay "$ORIGIN_PORT" || return 1
      port=$(free_ports 1)
      cat >"$work/haproxy.cfg" <<CFG
global
  maxconn 9000
defaults
  mode tcp
  timeout connect 10s
  timeout client 1h
  timeout server 1h
listen relay
  bind 127.0.0.1:$port
  server origin 127.0.0.1:$relayed
CFG
      haproxy -db -f "$work/haproxy.cfg" >"$log" 2>&1 &
      pids=($!) idle_pid=$! ;;
    socat)
      start_relay "$ORIGIN_PORT" || return 1
      port=$(free_ports 1)
      socat -b 262144 "TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr,fork,nodelay,backlog=4096" "TCP:127.0.0.1:$relayed,nodelay" >"$log" 2>&1 &
      pids=($!) ;;
    stunnel)
      local server_port
      { read -r port; read -r server_port; } < <(free_ports 2)
      cat >"$work/stunnel-server.conf" <<CFG
foreground = yes
pid =
debug = 3
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
[server]
accept = 127.0.0.1:$server_port
connect = 127.0.0.1:$ORIGIN_PORT
cert = $work/tls.pem
key = $work/tls.key
CFG
      stunnel4 "$work/stunnel-server.conf" >"$log" 2>&1 &
      pids=($!) idle_pid=$!
      await_port "$server_port" "$log" && start_relay "$server_port" || return 1
      cat >"$work/stunnel-client.conf" <<CFG
foreground = yes
pid =
debug = 3
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
[client]
client = yes
accept = 127.0.0.1:$port
connect = 127.0.0.1:$relayed
CAfile = $work/ca.pem
verifyChain = yes
checkHost = $host
sni = $host
CFG
      stunnel4 "$work/stunnel-client.conf" >>"$log" 2>&1 &
      pids+=($!) ;;
    fastproxy-*)
      start_gateway || return 1
      idle_pid=${pids[0]}
      port=$(free_ports 1)
      local hostname
      if [ "$chain" = fastproxy-ws ]; then
        start_relay "$plain_port" || return 1
        hostname=http://$host:$relayed
      else
        start_relay "$tls_port" || return 1
        hostname=$host:$relayed
      fi
      if $bastion && [ "$chain" != fastproxy-stock-wss ]; then
        cat >"$work/bastion.yaml" <<YAML
ca_file: $work/ca.pem
pool: { max: $((idle + 1000)) }
listeners:
  - listen: 127.0.0.1:$port
    hostname: $hostname
    token: { id_file: $work/id, secret_file: $work/secret }
YAML
        "$fastproxy" bastion --config "$work/bastion.yaml" >"$log" 2>&1 &
      else
        local options=()
        [ "$chain" != fastproxy-stock-wss ] || options+=(--stock)
        "$fastproxy" access tcp --hostname "$hostname" --url "127.0.0.1:$port" --ca-file "$work/ca.pem" \
          --id-file "$work/id" --secret-file "$work/secret" ${options[@]+"${options[@]}"} >"$log" 2>&1 &
      fi
      pids+=($!) ;;
    *)
      # A tunnel of --with goes straight to the origin: no relay can be put into its wire from outside.
      port=${with[$chain]%%:*}
      bash -c "${with[$chain]#*:}" >"$log" 2>&1 &
      pids=($!) ;;
  esac
  await_port "$port" "$log"
}

finish() { stop ${pids[@]+"${pids[@]}"} "$relay_pid"; pids=() relay_pid=''; }
watch() { local IFS=,; printf '%s' "${pids[*]-}"; }

# measure VERB OPTIONS…: one line a figure into the results; what fails is a hole in the table, said aloud.
measure() {
  local verb=$1
  shift
  if ! timeout 300 "$load" "$verb" --chain "$chain" --round "$round" --port "$port" "$@" >>"$results" 2>"$work/load.log"; then
    say "$chain: $verb $* failed: $(tail -n 1 "$work/load.log")"
    tail -n 3 "$work/origin.log" "$work/$chain.log" >&2 2>/dev/null
  fi
}

traced() { # traced up|down METRIC: system calls of all processes of the chain per GiB
  local tracers=() pid summary total=0 calls n=0
  for pid in "${pids[@]}"; do
    n=$((n + 1))
    summary=artifacts/compare/strace-$chain-$1-$n.txt
    rm -f "$summary"
    strace -c -f -p "$pid" -o "$summary" 2>"$work/strace.log" &
    tracers+=($!)
    for _ in $(seq 100); do grep -q attached "$work/strace.log" && break; sleep 0.05; done
  done
  measure bulk "--$1" --bytes "$traced_bytes" --quiet
  for pid in "${tracers[@]}"; do kill -INT "$pid" 2>/dev/null; done
  for pid in "${tracers[@]}"; do wait "$pid" 2>/dev/null; done
  for n in $(seq "${#tracers[@]}"); do
    calls=$(awk '$NF == "total" { print $4 }' "artifacts/compare/strace-$chain-$1-$n.txt" 2>/dev/null)
    [ -n "$calls" ] || return 0
    total=$((total + calls))
  done
  printf '{"chain":"%s","round":%d,"metric":"%s","value":%d}\n' "$chain" "$round" "$2" $((total * (1 << 30) / traced_bytes)) >>"$results"
}

load_before=$(cut -d' ' -f1 /proc/loadavg)
say "load average $load_before; $rounds round(s) of ${#chains[@]} chains"
# The rows of one round, measured on one start of the chain.
main_rows=()
for row in bulk rtt connect parallel; do ! wanted "$row" || main_rows+=("$row"); done
for round in $(seq "$rounds"); do
  for chain in "${chains[@]}"; do
    [ ${#main_rows[@]} -gt 0 ] || break 2
    say "round $round: $chain"
    if ! start "$chain"; then finish; continue; fi
    watched=()
    [ "$chain" = direct ] || watched=(--watch "$(watch)")
    for row in "${main_rows[@]}"; do
      case $row in
        bulk)
          measure bulk --up --bytes "$bytes" --warm "$warm" ${watched[@]+"${watched[@]}"}
          measure bulk --down --bytes "$bytes" --warm "$warm" ${watched[@]+"${watched[@]}"} ;;
        rtt) measure rtt --count "$rtts" ;;
        connect) measure connect --count "$connects" ;;
        parallel) measure parallel --count "$parallel" ;;
      esac
    done
    finish
  done
done

for chain in "${chains[@]}"; do
  wanted delayed || break
  case $chain in direct|stunnel|fastproxy-ws|fastproxy-wss)
    for round in $(seq "$rounds"); do
      say "100 ms: $chain ($round)"
      if start "$chain" true; then
        measure bulk --up --bytes "$delayed_bytes" --delayed
        measure bulk --down --bytes "$delayed_bytes" --delayed
        measure connect --count 5 --delayed
      fi
      finish
    done ;;
  esac
done

round=1
for chain in "${chains[@]}"; do
  wanted idle || break
  case $chain in haproxy|stunnel|fastproxy-ws|fastproxy-wss)
    say "idle: $chain"
    if start "$chain"; then measure idle --count "$idle" --watch "$idle_pid"; fi
    finish ;;
  esac
done

# What an idle stream of a bastion's pool costs the gateway: resident memory with so many less resident memory with none, after a round of
# as many that is over.
streams_at() { # streams_at PID COMPARISON COUNT: waits until the process holds so many connections
  for _ in $(seq 600); do
    [ "$(find "/proc/$1/fd" -lname 'socket:*' 2>/dev/null | wc -l)" "$2" "$3" ] && return 0
    sleep 0.1
  done
  say "pooled: the gateway never held $2 $3 connections"
  return 1
}
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
pooled() { # pooled URL: for the gateway in pids[0]
  local gateway=${pids[0]} base before with
  base=$(find "/proc/$gateway/fd" -lname 'socket:*' | wc -l)
  cat >"$work/bastion.yaml" <<YAML
gateway: $1
ca_file: $work/ca.pem
pool: { min_idle: $idle, max_idle: $idle, max: $idle }
listeners:
  - { listen: 127.0.0.1:$(free_ports 1), hostname: $host, token: { id_file: $work/id, secret_file: $work/secret } }
YAML
  for _ in warm measured; do
    sleep 4
    before=$(resident "$gateway")
    "$fastproxy" bastion --config "$work/bastion.yaml" >"$work/$chain.log" 2>&1 &
    pids+=($!)
    streams_at "$gateway" -ge $((base + idle)) || return 1
    sleep 4
    with=$(resident "$gateway")
    stop "${pids[1]}"
    pids=("$gateway")
    streams_at "$gateway" -le $((base + 10)) || return 1
  done
  printf '{"chain":"%s","round":1,"metric":"pooled_kib_each","value":%s}\n' "$chain" "$(awk "BEGIN { print ($with - $before) / $idle }")" >>"$results"
}
for chain in "${chains[@]}"; do
  wanted pooled || break
  $bastion || break
  case $chain in fastproxy-ws|fastproxy-wss)
    say "pooled: $chain"
    delay=false pids=() relay_pid=''
    if start_gateway; then
      if [ "$chain" = fastproxy-ws ]; then pooled "http://$host:$plain_port"; else pooled "https://$host:$tls_port"; fi
    fi
    finish ;;
  esac
done

for chain in "${chains[@]}"; do
  wanted calls || break
  [ "$chain" != direct ] || continue
  say "system calls: $chain"
  if start "$chain"; then
    traced up up_syscalls_per_gib
    traced down down_syscalls_per_gib
  fi
  finish
done

printf '%s, %s cores, Linux %s, load average %s before it, `%s`%s\n\n' "$(date -u +%Y-%m-%d)" "$(nproc)" "$(uname -r)" "$load_before" "${command_line% }" \
  "$($bastion || echo '; `access tcp --url` in place of the bastion')"
"$load" report --in "$results" --json artifacts/compare.json --command "${command_line% }"
