"""What tests/bench/run leaves to Python: HTTP, and turning PostgreSQL's log into pgbench scripts.

    helper.py ports                                   two free TCP ports
    helper.py reads URL FOLDER                        from FOLDER/tokens, the requests that wrk draws from:
                                                      FOLDER/case and FOLDER/page
    helper.py lists URL FOLDER DATABASE CASES         a page of each list for each kind of caller, one after the other: the
                                                      median of 40, appended to FOLDER/scale-rows
    helper.py statuses METRICS_URL                    all answers so far, those of them that were 2xx, and a listing
    helper.py capture NAME COUNT URL LOG FOLDER       issues COUNT requests of an operation; from what LOG then says,
                                                      writes FOLDER/NAME.sql and .pgbench, prints how many it used
    helper.py trail FILE COLUMNS COUNT                puts COUNT entries in the likeness of a read into the trail
    helper.py table ROWS | scale ROWS                 Markdown from tab-separated rows
"""

import collections
import http.client
import json
import random
import re
import socket
import sqlite3
import statistics
import sys
import time
import urllib.request
from datetime import datetime, timezone

# A client draws other parameters after this many transactions: the draw is a query that the API does not have.
DRAW_EVERY = 10

RECORD = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC \[\d+\] (\w+):  (.*)$")
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
UUID7 = re.compile(r"^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$")
INSTANT = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$")


def call(url, token, body=None, key=None):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
        request.add_header("Idempotency-Key", key)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def ports():
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    print(*(one.getsockname()[1] for one in sockets))


def reads(url, folder):
    with open(f"{folder}/tokens") as lines, open(f"{folder}/case", "w") as cases, open(f"{folder}/page", "w") as pages:
        for token in map(str.strip, lines):
            items = json.loads(call(f"{url}/v1/cases?limit=100", token))["items"]
            for item in items:
                cases.write(f"/v1/cases/{item['id']}?expand=desiredOutcomes\t{token}\n")
            pages.write(f"/v1/cases?state=enquiry&limit=50\t{token}\n")


# A page of 50 by each kind of caller, along every way in, and by each filter.
OF_CASES = ["", "&sort=createdAt", "&state=enquiry", "&state=enquiry&state=plan", "&allocatedTo=me", "&authority=northbank",
            "&updatedSince=2026-01-01T00:00:00Z"]
LISTS = (
    [("cases", filter, name) for name in ("manager", "duty", "seed-practitioner-1") for filter in OF_CASES]
    + [("cases", filter, "seed-agency") for filter in ("", "&state=enquiry", "&updatedSince=2026-01-01T00:00:00Z")]
    + [("cases", "", name) for name in ("practitioner", "advocate", "adult", "representative")]
    + [("adults", filter, "manager") for filter in ("", "&updatedSince=2026-01-01T00:00:00Z")]
    + [("referrals", "", name) for name in ("manager", "practitioner", "police-intake")]
)
WARM_UP, TIMES = 5, 40


def lists(url, folder, database, cases):
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    with open(f"{folder}/scale-rows", "a") as rows:
        for name, filter, caller in LISTS:
            with open(f"{folder}/token-{caller}") as token:
                headers = {"Authorization": f"Bearer {token.read().strip()}"}
            took = []
            for _ in range(WARM_UP + TIMES):
                started = time.perf_counter()
                connection.request("GET", f"/v1/{name}?limit=50{filter}", headers=headers)
                answer = connection.getresponse()
                count = len(json.loads(answer.read()).get("items", []))
                took.append((time.perf_counter() - started) * 1000)
                if answer.status != 200:
                    sys.exit(f"{caller} {name} {filter}: {answer.status}")
            described = f"{name} {filter.lstrip('&') or '-'}, {caller}"
            rows.write(f"{database}\t{described}\t{cases}\t{statistics.median(took[WARM_UP:])}\t{count}\n")


def statuses(url):
    counts = collections.Counter()
    with urllib.request.urlopen(url, timeout=30) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("http_requests_total{"):
                counts[re.search(r'status="(\d+)"', line)[1]] += int(float(line.rsplit(" ", 1)[1]))
    fine = sum(count for status, count in counts.items() if status.startswith("2"))
    print(counts.total(), fine, ",".join(f"{status}:{count}" for status, count in sorted(counts.items())) or "-")


def statements(text):
    """The statements of a piece of the log: (SQL, parameters, when)."""
    found = []
    for line in text.splitlines():
        record = RECORD.match(line)
        if record is None:
            # A statement or parameter of several lines goes on after a tab.
            if found and line.startswith("\t"):
                sys.exit(f"a statement of several lines is not understood: {line}")
            continue
        when, severity, message = record.groups()
        kind, _, rest = message.partition(": ")
        if severity == "LOG" and (kind == "statement" or kind.startswith("execute ")):
            found.append((rest.strip(), [], when))
        elif severity == "DETAIL" and kind.lower() == "parameters":
            values = [(int(number), value) for number, value in PARAMETER.findall(message)]
            if [number for number, _ in values] != list(range(1, len(values) + 1)):
                sys.exit(f"parameters are not understood: {message}")
            found[-1][1].extend(None if value == "NULL" else value[1:-1].replace("''", "'") for _, value in values)
        elif severity in ("ERROR", "FATAL", "PANIC"):
            sys.exit(f"the database refused a statement: {message}")
    return found


def without_lone_transactions(sample):
    """BEGIN and COMMIT around one statement go: alone it is a transaction anyway. They enclose the audit row of a
    read, which the server writes together with others."""
    kept = []
    for statement in sample:
        if statement[0] == "COMMIT" and len(kept) >= 2 and kept[-2][0] == "BEGIN":
            del kept[-2]
        else:
            kept.append(statement)
    return kept


def capture(name, count, url, log, folder):
    started = int(time.time() * 1000)
    with open(f"{folder}/client") as file:
        client = file.read().strip()

    def refer(number):
        unique = f"B-{started}-0-{number:09}"
        body = {"agencyReference": unique, "adult": {"familyName": "Bench"}, "adultAgreesToShare": "yes",
                "concern": {"summary": "Money missing after visits"}}
        call(f"{url}/v1/referrals", client, body, unique)

    def read(path, token):
        call(url + path, token)

    if name == "referral":
        requests = [lambda number=number: refer(number) for number in range(int(count))]
    else:
        with open(f"{folder}/{name}") as lines:
            choices = [line.rstrip("\n").split("\t") for line in lines]
        chosen = random.sample(choices, min(int(count), len(choices)))
        requests = [lambda choice=choice: read(*choice) for choice in chosen]

    seen = []
    with open(log, encoding="utf-8", errors="replace") as written:
        for request in requests:
            written.seek(0, 2)
            request()
            # PostgreSQL logs a statement before it runs it, so all of them are there by now.
            seen.append(without_lone_transactions(statements(written.read())))

    # All samples run the same statements, or the script could not stand for them.
    shapes = collections.Counter(tuple(sql for sql, _, _ in sample) for sample in seen)
    shape, count = shapes.most_common(1)[0]
    if not any("audit_entries" in sql for sql in shape):
        sys.exit(f"{name}: no audit row among the statements; is log_statement = 'all' in force?")
    if len(shapes) > 1:
        print(f"  {name}: {len(seen) - count} of {len(seen)} samples run other statements and are left out",
              file=sys.stderr)
    seen = [sample for sample in seen if tuple(sql for sql, _, _ in sample) == shape]
    write_script(name, folder, shape, seen, started)


class Variables:
    """The variables of a script, one for each distinct column of values."""

    def __init__(self, started):
        self.started = started
        self.drawn = {}
        self.fresh = {}

    def made_since(self, value):
        match = UUID7.match(value)
        return match is not None and int(match[1] + match[2], 16) >= self.started

    def expression(self, column, instants):
        if all(value is None for value in column):
            return "NULL"
        if any(value is None for value in column):
            sys.exit("a parameter is NULL in some samples only")
        if all(map(self.made_since, column)):
            return f"('01PREFIX' || :{self.number(column)}::text)::uuid"
        if all(map(INSTANT.match, column)):
            return self.instant(column, instants)
        distinct = len(column) > 1 and len(set(column)) == len(column)
        if distinct and not any(value[:1] in "{[" or UUID7.match(value) for value in column):
            # A reference, key or digest. They are of one length, and a number has 19 digits.
            length = len(column[0])
            name = self.number(column)
            return f"rpad(:{name}::text, {length}, 'x')" if length > 19 else f":{name}"
        return f":{self.drawn.setdefault(tuple(column), f'v{len(self.drawn)}')}"

    def number(self, column):
        name = self.fresh.setdefault(tuple(column), f"f{len(self.fresh)}")
        if len(self.fresh) > 16:
            sys.exit("more than 16 new ids or references in a request: make room in write_script")
        return name

    def instant(self, column, instants):
        ahead = sorted((parsed(value[:-3]) - parsed(when)).total_seconds() for value, when in zip(column, instants))
        if min(parsed(value[:-3]).timestamp() for value in column) * 1000 < self.started - 1000:
            return f":{self.drawn.setdefault(tuple(column), f'v{len(self.drawn)}')}"
        seconds = round(ahead[len(ahead) // 2])
        return "now()" if abs(seconds) < 5 else f"(now() + interval '{seconds} seconds')"


def parsed(text):
    whole, _, fraction = text.partition(".")
    moment = datetime.strptime(whole, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
    return moment.replace(microsecond=int((fraction + "000000")[:6]))


def write_script(name, folder, shape, seen, started):
    variables = Variables(started)
    lines = []
    for place, sql in enumerate(shape):
        instants = [sample[place][2] for sample in seen]
        columns = list(zip(*(sample[place][1] for sample in seen)))
        expressions = [variables.expression(column, instants) for column in columns]
        lines.append(re.sub(r"\$(\d+)", lambda match, use=expressions: use[int(match[1]) - 1], sql) + ";")

    drawn = list(variables.drawn.values())
    # Set with -D: base (seconds since 1970, nine zeros), samples, turn = 0, left = 0. A number made of them is
    # unique to the run, client (0 to 63), turn and variable, and has 19 digits.
    head = ["\\set turn :turn + 1"]
    head += [f"\\set {fresh} :base + :turn * 1024 + :client_id * 16 + {place}"
             for place, fresh in enumerate(variables.fresh.values())]
    if drawn:
        head += ["\\if :left = 0", f"\\set left {DRAW_EVERY}", "\\set drawn random(1, :samples)",
                 f"SELECT {', '.join(drawn)} FROM bench.{name} WHERE n = :drawn \\gset", "\\endif",
                 "\\set left :left - 1"]
    # New ids sort after all there are, as the server's do: 12 digits of milliseconds, the version, 19 of number.
    prefix = f"{int(time.time() * 1000):012x}7"
    with open(f"{folder}/{name}.pgbench", "w") as script:
        script.write("\n".join(head + lines).replace("01PREFIX", prefix) + "\n")

    quoted = lambda value: "'" + value.replace("'", "''") + "'"
    with open(f"{folder}/{name}.sql", "w") as sql:
        sql.write("SET standard_conforming_strings = on;\nCREATE SCHEMA IF NOT EXISTS bench;\n")
        columns = "".join(f", {variable} text NOT NULL" for variable in drawn)
        sql.write(f"CREATE TABLE bench.{name} (n int PRIMARY KEY{columns});\n")
        for number, values in enumerate(zip(*variables.drawn), 1):
            sql.write(f"INSERT INTO bench.{name} VALUES ({number}, {', '.join(map(quoted, values))});\n")
        sql.write(f"ANALYZE bench.{name};\n")
    print(len(seen))


def number(text, digits=None):
    value = float(text)
    if digits is None:
        digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def rows_of(file):
    with open(file) as lines:
        return [line.rstrip("\n").split("\t") for line in lines]


def markdown(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "|".join(" --- " if place < 2 else " ---: " for place in range(len(head))) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


def table(file):
    head = ["Database", "Operation", "Requests/s", "p50 ms", "p99 ms", "Server CPU ms/request", "Peak memory MiB",
            "Of pgbench"]
    rows = []
    for database, operation, rate, p50, p99, cpu, memory, pgbench in rows_of(file):
        of = "–" if pgbench == "-" else f"{float(rate) / float(pgbench):.2f} of {number(pgbench)}/s"
        rows.append([database, operation, number(rate), number(p50, 1), number(p99, 1), number(cpu, 2),
                     number(memory, 0), of])
    markdown(head, rows)


def scale(file):
    # Rows: database, list and caller, cases, p50, rows on the page.
    found = {}
    for database, described, cases, p50, count in rows_of(file):
        found.setdefault((database, described), {})[int(cases)] = (float(p50), count)
    sizes = sorted({cases for by_cases in found.values() for cases in by_cases})
    head = ["Database", "List, caller"] + [f"p50 ms, {cases:,} cases (rows)" for cases in sizes] + ["Ratio"]
    rows = []
    for key, by_cases in found.items():
        figures = [by_cases[cases] for cases in sizes]
        shown = [f"{p50:.2f} ({count})" for p50, count in figures]
        rows.append([*key, *shown, f"{figures[-1][0] / figures[0][0]:.2f}"])
    markdown(head, rows)


def trail(file, columns, count):
    # PostgreSQL does this in one statement; SQLite has nothing that makes ids.
    with sqlite3.connect(file) as database:
        one = f"SELECT {columns} FROM audit_entries WHERE operation = 'getCase' LIMIT 1"
        database.execute(f"CREATE TEMP TABLE one AS {one}")
        ids = [(n.to_bytes(16, "big"),) for n in range(1, int(count) + 1)]
        database.executemany(f"INSERT INTO audit_entries (id, {columns}) SELECT ?, one.* FROM one", ids)
        database.executemany("INSERT INTO audit_unsealed (entry_id) VALUES (?)", ids)
    database.close()


if __name__ == "__main__":
    commands = {"ports": ports, "reads": reads, "statuses": statuses, "lists": lists, "capture": capture, "table": table,
                "scale": scale, "trail": trail}
    commands[sys.argv[1]](*sys.argv[2:])
