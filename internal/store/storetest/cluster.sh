# Runs a private PostgreSQL cluster until its input ends: cluster.sh BIN DIR
# Says "ready", or what went wrong, and closes its output.
bin=$1 dir=$2
trap '' INT TERM # PostgreSQL is stopped below, not by Ctrl-C
as=
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
	chown postgres: "$dir"
	as="setpriv --reuid=postgres --regid=postgres --init-groups"
fi
if $as "$bin/initdb" -D "$dir/data" -A trust -U keyturn --no-sync -E UTF8 --locale=C >"$dir/log" 2>&1 &&
	# Tests ask about races, not about power cuts: no fsync.
	$as "$bin/pg_ctl" -D "$dir/data" -w -s -l "$dir/server.log" -o "-c listen_addresses='' -k $dir -c max_connections=200 -c fsync=off -c full_page_writes=off -c max_wal_size=256MB" start >>"$dir/log" 2>&1
then
	echo ready
else
	cat "$dir"/*log
fi
exec >/dev/null 2>&1
read -r end
$as "$bin/pg_ctl" -D "$dir/data" -m immediate stop
cd / && rm -rf "$dir"
