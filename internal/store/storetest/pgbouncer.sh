# Runs PgBouncer until its input ends: pgbouncer.sh DIR, which has its pgbouncer.ini
# Says "ready", or what went wrong, and closes its output.
dir=$1
trap '' INT TERM
as=
if [ "$(id -u)" = 0 ]; then # PgBouncer refuses to run as root
	chown -R postgres: "$dir"
	as="setpriv --reuid=postgres --regid=postgres --init-groups"
fi
$as pgbouncer -q "$dir/pgbouncer.ini" >"$dir/log" 2>&1 &
pid=$!
until [ -S "$dir/.s.PGSQL.6432" ]; do
	kill -0 $pid 2>/dev/null || {
		cat "$dir/log"
		exit
	}
	sleep 0.05
done
echo ready
exec >/dev/null 2>&1
read -r end
kill $pid
wait $pid
cd / && rm -rf "$dir"
