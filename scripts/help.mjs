// Help texts, free of any dependency: `thirdwave --help` must answer before anything is built, and fast.

const MAIN = `thirdwave — what one program costs as a VM, a container, a Wasm container and an in-process Wasm instance

usage: thirdwave <command> [options]        (in a clone: npm run bench, or node scripts/entry.mjs <command>)

Measure
  bench [scenario…]     prepare what is missing, measure, derive, report (default scenarios without arguments)
  plan [scenario…]      what would be measured: cells, rounds, what is skipped and why; --out plan.json
  run <plan|scenario…>  execute a plan or scenarios on a prepared machine; --resume <run-id>

Decide
  gate [gates.yaml]     base against head in the same rounds: did start-up get slower? Verdict and exit code for CI
  gate selftest         how often the gate is wrong and what it finds: on made noise, or on this host
  gate accept | trend   stored baselines, the second best

Look
  doctor [energy]       what this host can measure, what not, why, and what would help
  list [what]           scenarios, runners, probes, workloads, runs
  report <run-id>       write the HTML report again and print the summary
  derive <run-id>       rebuild every derived file of a run from its record, byte for byte
  compare <A> <B>       two runs, or exports of hyperfine: ratio, interval, p; with --max-regression a verdict
  export <run-id>       a run as JSON of hyperfine

Keep house
  setup                 only the preparation; --only <step>, --json
  sweep                 remove what a killed run left: containers, processes, cgroups, mounts, temporary files

Work on the suite
  test, lint, self-bench

Options of every command
  --help, -h            this text, or that of the command
  --json                machine-readable answer on stdout
  --no-color            no colour (NO_COLOR does the same)
  --quiet, -q           only results and errors
  --verbose, -v         say what is being done
  --version             the version

Exit codes
  0 ok · 1 crash · 2 usage or configuration · 3 host unfit · 4 trials failed · 10 regression · 11 inconclusive
  12 incomparable · 13 incomplete · 130 interrupted

Data goes to stdout, words go to stderr. Results: results/runs/<run-id>/, reports: reports/out/.
`;

/** Of every command that derives; kept in assumptions.json of the run, where “derive” and “report” can change them. */
const ASSUMPTIONS = `Energy and carbon: what cannot be measured (kept in the run’s assumptions.json; derive and report may change it)
  --grid <country>      where the electricity is from: ISO code of two letters, EU or WORLD (default: WORLD, and said so)
  --intensity <g>       its carbon intensity itself, gCO2e/kWh, instead of --grid
  --embodied <kg>       kgCO2e for making this host (default: a server like many, or this guest’s part of it)
  --pue <factor>        all energy of the data centre ÷ energy of its computers, at least 1 (default: not applied)
`;

const COMMANDS = {
  bench: `usage: thirdwave bench [scenario…] [options]

Prepares what is missing, plans, measures, derives and reports. A scenario is an id (see “list scenarios”) or a YAML file.

  --yes                 install Debian packages without asking, where a step needs any (CI=true does the same)
  --rounds <n>          exactly n rounds of every scenario (fewer than 10: no verdicts)
  --seed <n>            seed of the random order (default: drawn, recorded in the plan)
  --results <folder>    default results/runs
  --reports <folder>    default reports/out
  --no-setup            do not prepare; skip what is missing
  --tune                raise limits of this host that stop a fleet early, until the run has ended (root)

${ASSUMPTIONS}
  npm run bench
  npm run bench -- scenarios/cold-start.yaml --rounds 60
  npm run bench -- energy energy-idle --grid DE
`,
  plan: `usage: thirdwave plan [scenario…] [--out plan.json] [--seed <n>] [--rounds <n>]

Prints cells, rounds and what is skipped with reason and remedy; measures nothing. “run plan.json” executes exactly the plan written by --out.

  --out <file>          write the plan there
  --seed <n>            seed of the random order (default: drawn, recorded in the plan)
  --rounds <n>          exactly n rounds of every scenario
`,
  run: `usage: thirdwave run <plan.json | scenario…> [options]
       thirdwave run --resume <run-id>

Executes a plan (or plans and executes scenarios) on a machine that is already prepared, then derives and reports.
Ctrl-C keeps the finished rounds, removes every container and process, and exits with 130; --resume goes on from there.

  --rounds <n>          exactly n rounds of every scenario (fewer than 10: no verdicts)
  --seed <n>            seed of the random order (default: drawn, recorded in the plan)
  --results <folder>    default results/runs
  --reports <folder>    default reports/out
  --resume <run-id>     finish a run that was interrupted
  --tune                raise vm.max_map_count, kernel.pid_max, kernel.threads-max, fs.nr_open and the limit of open files,
                        net.ipv4.neigh.default.gc_thresh3 and fs.inotify.max_user_instances until the run has ended (root); old
                        values are written to the cache folder first, and “sweep” restores them after a kill -9

${ASSUMPTIONS}`,
  derive: `usage: thirdwave derive <run-id> [--results <folder>] [options]

Rebuilds every derived file of the run folder from manifest.json, plan.json, events.jsonl and assumptions.json: samples.csv, summary.csv,
differences.csv, memory-fits.csv, density.csv, energy.csv, impact.csv, break-even.csv, coefficients.csv, verdicts.json, report.json and
datapackage.json. Also works on a run that was killed: every finished trial is used. Page and SCI files are not among them: “report”
writes those.

  --results <folder>    where the run folders are, default results/runs
  --json                id, folder and numbers of rows as JSON

${ASSUMPTIONS}`,
  report: `usage: thirdwave report <run-id> [--results <folder>] [--reports <folder>] [options]

Derives the run again (as “derive” does), writes its report and prints the summary. In reports/out, each also as latest.*:

  <run-id>.html                   the page
  <run-id>.sci.md                 the SCI disclosure, where the run has figures of energy
  <run-id>.impact-framework.yaml  the same scores for the Green Software Foundation's if-run, where any may be published

  --results <folder>    where the run folders are, default results/runs
  --reports <folder>    default reports/out
  --json                print report.json instead of the summary

${ASSUMPTIONS}`,
  gate: `usage: thirdwave gate [gates.yaml] [--base <artifact>] [--head <artifact>] [options]
       thirdwave gate report <run-id> [--out <format>=<file>]…
       thirdwave gate accept <run-id> --reason <text> [--baselines <folder>]
       thirdwave gate trend [--baselines <folder>]
       thirdwave gate selftest [<runner>/<workload>…] [options]

Runs base and head in the same rounds on this host, in balanced order, beside base once more (the A/A twin) and a do-nothing process, and looks after 10,
20 and 40 rounds: fails where head is slower beyond chance and beyond what is allowed, passes where it surely is not, else goes on, else says
that it does not know. A file is not needed: --base and --head alone gate cold start and CPU time at +10 %.

  --base <artifact>     what is compared against: a file (ELF or .wasm), an image, or git:<ref> (built with --build, taken from --artifact)
  --head <artifact>     what is judged; git:. is the work tree as it is. With several programs: <program>=<artifact>, repeated
  --build <command>     builds the artifact in a work tree of its own (git:<ref>); cached by commit and command
  --artifact <path>     the file that --build makes, relative to the repository
  --out <format>=<file> also write json, junit, bmf (Bencher), github-benchmark, openmetrics (GitLab), summary (Markdown); repeatable
  --baseline            judge head alone against the accepted runs of this host (second best: needs 6 of them)
  --baselines <folder>  where they are, default ./baselines
  --allow-host-mismatch with --baseline: another host's baseline is advice, never a verdict
  --on-inconclusive <x> warn (default) or fail: exit code 11 where a gate stays open
  --seed <n>            seed of the order of trials
  --results <folder>    default results/runs
  --reports <folder>    default reports/out
  --yes, --no-setup     as of bench; only what the gates' own technologies need is prepared

selftest: without a subject (or with --synthetic) on made noise, no engine needed; with subjects on this host
  --runs <n>            gate runs per condition (default 2,000 made, 20 real)
  --inject <%>[,<%>…]   make head slower by so much (real); without it A/A
  --kind <kind>         spin (default), sleep, padding (bytes of the artifact), ballast (memory)
  --hog                 a CPU hog runs beside it half of the time
  --record <file>       every run as a line of JSON, as it comes

On GitHub Actions the step summary and annotations are written by themselves. Exit codes: 0 pass (or only warnings) · 10 regression · 11 inconclusive, if asked
for · 12 incomparable (twin differs, other host) · 13 incomplete (a trial failed, numbers missing); 13 before 12 before 10 before 11 · 4 trials failed
where no gate looks

accept, trend: accepted runs are kept as <baselines>/<host key>/<config>.json, default ./baselines, meant for git
  --reason <text>       why this run is a baseline (accept; without it refused, as are runs that failed)
  --commit <sha>        of the measured repository (default: GITHUB_SHA or CI_COMMIT_SHA)
  --restart             what is judged against begins with this run; older ones stay in the trend

  thirdwave gate --base registry.example/app:1.4 --head registry.example/app:pr
  thirdwave gate --base git:origin/main --head git:HEAD --build 'cargo build --release' --artifact target/release/app
  thirdwave gate selftest process/noop --runs 30 --inject 20%
`,
  compare: `usage: thirdwave compare <run-id> <run-id> [options]
       thirdwave compare <hyperfine.json> [<hyperfine.json>] [options]

B against A (of one hyperfine file: its second command against its first), unpaired: rank sum test, and the shift of the logarithms with its interval. A run
counts with the medians of its rounds, hyperfine with its single times. Runs of two hosts are not compared. Describes; with --max-regression it decides.

  --metric <id>         only this metric (default: every one that both have, without phases)
  --max-regression <%>  e.g. 10%: exit 10 where B is certainly slower than that (one-sided at 1 %), 11 undecided, 12 not comparable,
                        13 numbers missing, trials failed or too few values to ever fail
  --results <folder>    where the run folders are, default results/runs
  --json                the comparison as JSON (results/schema/comparison.schema.json)

Two runs share no rounds: a change of the host between them looks like a difference. “thirdwave gate” measures in turns.
`,
  export: `usage: thirdwave export <run-id> --format hyperfine [--metric <id>] [--out <file>]

One result per cell with every trial’s time, as “hyperfine --export-json” writes it, on stdout unless --out names a file.

  --metric <id>         which time (default: cold_start)
  --results <folder>    where the run folders are, default results/runs
`,
  doctor: `usage: thirdwave doctor [--json]
       thirdwave doctor energy [--root <folder>] [--json]

Per runner and variant: available or not, with evidence, reason and remedy; then what about this host disturbs measurements.
Exit 0 whatever it finds: nothing was asked for.

  energy                every energy meter looked for: its counters, which of them are added up and why, range, time a read takes, power
                        over one second; or the exact reason why it cannot be read, and what helps; and what runs will do
  --root <folder>       look at a made tree (sys/class/powercap, proc/cpuinfo below the folder) instead of this machine. Runs do the same
                        with THIRDWAVE_ENERGY_ROOT=<folder>: everything is then labelled “simulated”
`,
  list: `usage: thirdwave list [scenarios|runners|probes|workloads|runs] [--json]
`,
  setup: `usage: thirdwave setup [--only <step>[,<step>…]] [--yes] [--json]

Prepares this machine for measuring. Nothing outside the cache folder ($XDG_CACHE_HOME/thirdwave) changes, unless a step needs
“apt-get install”: that is asked on a terminal and done with --yes or CI=true. Idempotent; goes on where it was interrupted.
`,
  sweep: `usage: thirdwave sweep [--json]

Removes what runs left that were killed: containers, engines, processes, cgroups, mounts, network namespaces, temporary files; restores what
--tune has raised. What belongs to a run that is still alive is left alone.
`,
  test: `usage: thirdwave test [--pure] [vitest arguments…]

Prepares what is missing and runs every test: pure functions, golden runs, contract suite, real engines, browser. --pure: only
those that need no preparation.
`,
  lint: `usage: thirdwave lint

Types, lint rules (import direction, purity), unused code, formatting, tidiness.
`,
  'self-bench': `usage: thirdwave self-bench [launch|instantiate|container|cli|place|energy] [--rounds <n>] [--json]

What the suite itself costs, as ratios to bare tools in one interleaved run. Never a test: it reports, it does not fail by wall-clock time.
`,
};

/** Help of a command, or the main help. */
export function helpText(command) {
  return Object.hasOwn(COMMANDS, command ?? '') ? COMMANDS[command] : MAIN;
}
