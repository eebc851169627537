# The chains that bench/compare.sh and bench/profile.sh measure: what they need, a store with one token and one application, and how
# each chain starts and stops. Sourced; the caller has defined fail and say, and may set `under`, a command that both halves of
# FastProxy run under.
#
# tools: "COMMAND:DEBIAN-PACKAGE" of what the caller needs.

# --- what it needs ------------------------------------------------------------------------------------------------------------
missing=()
for tool in "${tools[@]}"; do
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
pids=() origin_pid='' relay_pid=''

# Only what was started here is stopped, by its id; children of a forking relay end with their connections.
stop() {
  local pid
  for pid in "$@"; do [ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null; done
  for pid in "$@"; do
    [ -n "$pid" ] || continue
    for _ in $(seq "${patience:-50}"); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
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
  for _ in $(seq $((4 * ${patience:-50}))); do listens "$1" && return 0; sleep 0.05; done
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
  ${under[@]+"${under[@]}"} "$fastproxy" gateway --config "$work/gateway.yaml" >"$work/gateway.log" 2>&1 &
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
pool: { max: $((${idle:-0} + 1000)) }
listeners:
  - listen: 127.0.0.1:$port
    hostname: $hostname
    token: { id_file: $work/id, secret_file: $work/secret }
YAML
        ${under[@]+"${under[@]}"} "$fastproxy" bastion --config "$work/bastion.yaml" >"$log" 2>&1 &
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
