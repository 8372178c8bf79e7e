//! What stands at the end of each help page: examples, and how the command ends.

/// `portcullis`.
pub(crate) const ALL: &str = "\
Examples:
  portcullis lint                          everything in the repository around this folder
  portcullis lint values/base.yaml         only what this file reaches
  portcullis rule missing-pre-stop         why a rule is there, and how to satisfy it
  portcullis init                          a configuration, and files for pre-commit and CI

Exit codes:
  0  clean
  1  findings at deny level
  2  usage or configuration error
  3  something could not be rendered or read
  4  internal error";

/// `portcullis graph`.
pub(crate) const GRAPH: &str = "\
Examples:
  portcullis graph --service tx-scoring --format svg > tx-scoring.svg
      a picture of what the Applications of a service depend on
  portcullis graph values/base.yaml
      what depends on this file, for Graphviz
  portcullis graph | dot -Tpdf -o platform.pdf
      everything; Graphviz draws what is too much for --format svg

Exit codes:
  0  all ApplicationSets are expanded
  2  a wrong argument, too much for a picture, or a mistake in the configuration
  3  something could not be expanded or read; standard error says what";

/// `portcullis lint`.
pub(crate) const LINT: &str = "\
Examples:
  portcullis lint
      everything in the repository around this folder
  portcullis lint values/services/tx-scoring.yaml charts/service
      only the applications that this file and this chart reach
  portcullis lint --environment prod --rule foreign-image-registry
      one rule, in one environment
  portcullis lint --write-baseline portcullis.baseline.json
      take what an old repository has for known; with `--baseline portcullis.baseline.json` only
      more than that fails
  portcullis lint --plan terraform/data@prod=plan.json
      with what Terraform planned for a root in an environment: `terraform show -json`, or a saved plan
  portcullis lint --revision origin/main --format json --output report.json --format human
      a commit, as JSON in a file and for people on the terminal
  portcullis lint --format github --output - --format markdown --output \"$GITHUB_STEP_SUMMARY\"
      annotations and a summary in GitHub's Actions; nothing writes the summary unasked

Exit codes:
  0  nothing at deny level; notes on standard error name paths that reach nothing, and a repository
     that holds nothing to check
  1  findings at deny level
  2  a wrong argument, a path that does not exist, or a mistake in the configuration
  3  something could not be rendered or read, so that nobody knows what else there is
  4  internal error";

/// `portcullis diff`.
pub(crate) const DIFF: &str = "\
Examples:
  portcullis diff
      what the work tree changes since the last commit
  portcullis diff --base origin/main
      what this branch changes, as a pull request shows it
  portcullis diff --staged
      what a commit would change; for pre-commit hooks
  portcullis diff --base v1.4 --head v1.5 --direct --format json --output report.json
      two releases, as JSON
  portcullis diff --base origin/main --format html --output change.html --format markdown
      a page to look through, and a comment for the pull request

A base that went on since the head left it is compared at the commit in which both were one, so that only
the head's own changes show; --direct compares with the base as it is. Both sides are read from git: nothing
is checked out. Of a Secret only short hashes show, keyed by everything that was read, or by
PORTCULLIS_SECRET_KEY where hashes of several runs are to be compared.

Exit codes:
  0  nothing new at deny level
  1  new findings at deny level; with --all also those on both sides
  2  a wrong argument, a commit that git does not know, or a mistake in the configuration
  3  something that the change reaches can't be rendered or read, so that nobody knows what it does;
     an ApplicationSet that can't be expanded may always be reached
  4  internal error";

/// `portcullis template`.
pub(crate) const TEMPLATE: &str = "\
Examples:
  portcullis template shop charts/service -f values/base.yaml -f values/prod.yaml
      what `helm template` prints, to the byte
  portcullis template shop charts/service -f values/prod.yaml --origin
      beside each line the template line and the values line that it came from
  portcullis template charts/service --name-template '{{ lower `Shop` }}-1'
      a name from a template

Helm's flags about clusters and registries are taken and change nothing: --create-namespace,
--dry-run, --wait, --timeout, --kube-context and the like. Refused, each with the reason, are
--validate, --verify, --post-renderer, --repo and --dry-run=server.

Exit codes:
  0  rendered
  1  what helm refuses, in its words
  2  a wrong argument";

/// `portcullis apps`.
pub(crate) const APPS: &str = "\
Examples:
  portcullis apps
      each Application with its chart and its values files, the weakest first
  portcullis apps values/environments/prod.yaml
      the Applications that this file reaches
  portcullis apps --format json
      a List of whole Application objects, as Argo CD would create them

Exit codes:
  0  all ApplicationSets are expanded
  2  a wrong argument, a path that does not exist, or a mistake in the configuration
  3  something could not be expanded or read; standard error says what";

/// `portcullis why`.
pub(crate) const WHY: &str = "\
Examples:
  portcullis why tx-scoring-prod drainSeconds
      every layer that sets the key, the weakest first, who wins, and what is rendered of it
  portcullis why tx-scoring autoscaling.minReplicas --environment prod
      the application of a service in an environment
  portcullis why tx-scoring-prod Deployment/tx-scoring:/spec/template/spec/containers/0/image
      a rendered field: template line, includes, values line, the layers it hides, and what switched it on
  portcullis why tx-scoring-prod 'Deployment:spec.template.spec.containers[name=app].image'
      the same with a dotted path; * is any key or item, ** any number of them
  portcullis why tx-scoring-prod Ingress/tx-scoring:/spec/rules
      what is not there, be it a field or a whole object: which value keeps it out, and where that is set

A name without an object is a values key first; where there is no such key, every rendered field whose path
ends so is meant. Keys may have dots in them. Layers are shown as Helm merges them: maps key by key, lists as
a whole, a null takes away, globals and the values of subcharts under the name or alias of the subchart. Of a
value that the chart puts into a Secret only a short hash shows, keyed as for `portcullis diff`.

Exit codes:
  0  explained
  2  a wrong argument, or a field that nothing sets or renders; near names are suggested
  3  the application does not render wholly, so that only its values are known";

/// `portcullis values`.
pub(crate) const VALUES: &str = "\
Examples:
  portcullis values tx-scoring-prod
      what the chart's templates see as .Values, as YAML; beside each value the line that wins and its layer
  portcullis values tx-scoring --environment prod --format json
      the same for programs: the values, and the key, file, line and layer of each
  portcullis values tx-scoring-prod --revision v1.4
      as they were in a release

Values of subcharts stand below the name or alias of the subchart, as its templates see them. Of a value that
the chart puts into a Secret only a short hash shows; where the application does not render, so that nobody
knows, also of every value with a name like password or token.

Exit codes:
  0  listed
  2  a wrong argument, or an application without a chart
  3  the application does not render wholly; what is known of its values is listed";

/// `portcullis drift`.
pub(crate) const SPOT: &str = "\
Examples:
  portcullis spot
      every service in every environment: ready, or what it lacks and the line to edit
  portcullis spot --service risk-batch --environment prod
      before a service moves: exit 1 while it is not ready
  portcullis spot --format json
      for programs: every check of every service

A Spot node is taken back two minutes after its notice. A service is ready when it meets every rule of the
checklist `spot` (`portcullis rule ID` says where a rule stands): pods that drain in time, replicas and budgets
that bear a node less, pods apart from each other. Rules are asked whatever their level is; parameters and
waivers of the configuration hold, and what is waived is said.

Exit codes:
  0  every service that is asked for is ready
  1  some service is not
  2  a wrong argument, or a service or environment that there is not
  3  something could not be rendered or read, so that nobody knows what else there is";

pub(crate) const DRIFT: &str = "\
Examples:
  portcullis drift tx-scoring
      each key that differs between its environments with the lines that say so, then hidden drift
  portcullis drift --all --class unread
      the keys of all layers that no template reads
  portcullis drift --all --fail-on unread --fail-on siblings --format json
      in CI: exit 1 for these two classes

Deliberate divergence is set by a layer, and its line is shown: of an environment, a service, or one override.
Hidden drift is what nobody sees in one place:
  siblings   a key that the files of two single applications set differently, so that no shared layer says
             so; or a number or boolean that another environment writes as a string
  unread     a key that no template of any chart reads that is given the layer, in no branch, named template
             or text for `tpl`; a map that is printed as a whole is read wholly
  unset      a key that a template prints without a default, in a branch that is taken, and no layer sets
  redundant  a value that a weaker values layer sets already, in every application that uses the layer; to
             repeat a default of the chart is no drift
What is not certain is not said: a class may miss something, but what it names can be changed.

Exit codes:
  0  compared; also with hidden drift, unless --fail-on names it
  1  hidden drift that --fail-on names: `hidden` stands for all classes
  2  a wrong argument, or a service that there is not
  3  something could not be rendered or read, so that nobody knows what else there is";

/// `portcullis tf`.
pub(crate) const TF: &str = "\
Examples:
  portcullis tf
      every root module in each of its environments: resources, outputs, how much of each is unknown
  portcullis tf terraform/data --environment prod --format json
      one root, as it is planned for prod: values, types, and the paths of what is not known
  portcullis tf terraform/data --why aws_db_instance.main.multi_az
      where a value comes from: the literal, its tfvars line, variables, calls and locals
  portcullis tf --why output.endpoint -e prod
      why an output is not known, in every root that has it
  portcullis tf terraform/data -e prod --plan plan.json --plan saved.tfplan
      with what Terraform planned: values out of plan.json, the files of modules out of saved.tfplan

A root is a folder with .tf files that no other one calls. Its environments are its files of values
(vars/prod.tfvars, workspaces/prod.tfvars, prod.tfvars beside it) with the workspace of that name, else
the folder below envs/, environments/ or live/. Nothing is fetched, no provider is asked: what only
these know is unknown, with the reason, unless a plan says it; one of other files or variables than the
repository has is a problem. Sensitive values are never printed.

Exit codes:
  0  evaluated
  2  a wrong argument, a name that there is not, or a mistake in the configuration
  3  something could not be read or evaluated; standard error says what, the JSON too";

/// `portcullis merge`.
pub(crate) const MERGE: &str = "\
Examples:
  portcullis lint --partition 1/2 --format json --output part-1.json
  portcullis lint --partition 2/2 --format json --output part-2.json
  portcullis merge part-1.json part-2.json
      the bytes that `portcullis lint` prints, in any of its formats
  portcullis merge parts/*.json --format sarif --output report.sarif --format human
      as a file, and for people

An application's name decides which part checks it, so that a new one moves no other; what belongs to no
application is checked by one part too. Rules that join objects see all of them in every part. Merging
needs the repository as the parts saw it, for the lines that reports show and for waivers; it renders
nothing. Parts are refused that are missing, doubled, or of other rules, versions, days or files.

Exit codes:
  those of `portcullis lint` for the whole run; 2 also where parts do not belong together";

/// `portcullis rule`.
pub(crate) const RULE: &str = "\
Examples:
  portcullis rule                          all rules, a line each
  portcullis rule missing-pre-stop         what it finds, why it matters, how to fix it, and an example
  portcullis rule --like CKV_K8S_14        what answers to a check of another tool
  portcullis rule --like pss:restricted    what makes up a profile of the Pod Security Standards
  portcullis rule --format json            for programs
  portcullis rule new missing-owner        the folder of a rule of your own, to go on from
  portcullis rule site public              pages of all rules, for a browser

Rules that say `off` are asked once the configuration gives them a level, as `rules: {ID: {level: warn}}`.

Exit codes:
  0  printed
  2  there is no such rule, or none that answers to the id";

/// `portcullis rule new`.
pub(crate) const RULE_NEW: &str = "\
Examples:
  portcullis rule new missing-owner
      policies/missing-owner/, about everything that carries a pod
  portcullis rule new unowned-bucket-claim --kind BucketClaim.storage.example.com
      about a kind, be it one of your own

A rule is a folder: rule.rego with its metadata, README.md, and fixtures in pass/ and fail/, where a comment
`# finding: MESSAGE` stands on each line that something must be found at. The configuration names the folders
that hold rules, as `library: [policies]`; Rego that several of them share is in prelude/ beside them, in
packages of its own. `portcullis test` tries rules on their fixtures; `portcullis lint`, `portcullis diff` and
the bundle of the webhook take them like any other.";

/// `portcullis test`.
pub(crate) const TEST: &str = "\
Examples:
  portcullis test
      the library and the rules of this repository
  portcullis test policies --coverage
      one folder, and which lines of its rules no fixture reaches
  portcullis test --format junit --output rules.xml
      for CI
  portcullis test --bench --save before.json
  portcullis test --bench --compare before.json --threshold 20
      what an evaluation takes, and whether it takes a fifth longer than before

Every fixture runs on both engines, the machine that gates use and the interpreter, which must agree. Fixtures
stand on a platform of two zones, one registry and a namespace for scoring; a platform.yaml in the folder of
rules, written as portcullis.yaml, replaces it.

Exit codes:
  0  every fixture is met
  1  a fixture is not, or a rule takes longer than the threshold
  2  a rule does not compile or its metadata are wrong, or a wrong argument";

/// `portcullis vendor`.
pub(crate) const VENDOR: &str = "\
Examples:
  portcullis vendor
      what all charts and Applications need, into charts/ or the mirror, and their digests into portcullis.lock
  portcullis vendor charts/shop
      what one chart needs
  portcullis vendor --locked
      in CI, before `portcullis lint`: only what is locked
  portcullis vendor --check
      without a network: whether everything is there, with the digests of portcullis.lock

Bundles of rules that `library` names as {oci: HOST/PATH@sha256:DIGEST, key: FILE} go into
dependencies.rules (vendor/rules), each verified with its key; `lint` verifies them again, and never
fetches. A registry on this machine is asked over plain http, every other over https.

Repositories are https://, oci://, file:// within the repository, and @NAME or alias:NAME of helm's
repositories.yaml. Credentials are those of `helm repo add`, `helm registry login` and `docker login`.
Versions are those of Chart.lock. Charts go into charts/, or into dependencies.mirror of the
configuration, where those of Applications go in any case. This is the only command that uses the
network.

Exit codes:
  0  everything is there
  2  a wrong argument, a path that does not exist, or a mistake in the configuration or the lock
  3  something could not be fetched, is not what was locked, or is not signed";

/// `portcullis bundle`.
pub(crate) const BUNDLE: &str = "\
Examples:
  portcullis bundle --output bundle.json
      rules, configuration, waivers, and the NodePools and Services that rules ask about
  portcullis bundle --config-map portcullis-system/portcullis-bundle > bundle.configmap.json
      the same as a ConfigMap, for `kubectl apply` or Argo CD
  portcullis-webhook configuration --bundle bundle.json --service portcullis-system/portcullis-webhook
      what the API server must ask about, as the rules of the bundle read it

The same repository gives the same bytes. The digest on standard error is the one of `portcullis lint`:
it stands in every verdict of the webhook. Findings that comments in the repository waive are waived in
the webhook too; waivers of the configuration hold there until their day.

Exit codes:
  0  packed
  2  a wrong argument, a path that does not exist, or a mistake in the configuration
  3  something could not be rendered or read, so that facts may be missing; packed all the same";

/// `portcullis audit verify`.
pub(crate) const AUDIT: &str = "\
Examples:
  portcullis audit verify decisions.jsonl
      whether no line was changed, added, taken out or moved
  portcullis audit verify decisions.jsonl --end sha256:4f2a...
      and whether nothing was cut off at the end

Exit codes:
  0  the log is whole
  1  it is not; the first line that is wrong is named
  2  a wrong argument, or a file that cannot be read";

/// `portcullis schema`.
pub(crate) const SCHEMA: &str = "\
Examples:
  portcullis schema config > portcullis.schema.json
      for editors: write `# yaml-language-server: $schema=portcullis.schema.json` above it
  portcullis schema report
      what `--format json` of `portcullis lint` and `portcullis diff` prints

Exit codes:
  0  printed
  2  there is no such file";

/// `portcullis completions`.
pub(crate) const COMPLETIONS: &str = "\
Examples:
  portcullis completions bash > ~/.local/share/bash-completion/completions/portcullis
  portcullis completions zsh > ~/.zfunc/_portcullis

Exit codes:
  0  printed
  2  there is no such shell";

/// `portcullis waive`.
pub(crate) const WAIVE: &str = "\
Examples:
  portcullis waive --owner team-shop --ticket SHOP-42 --expires 2026-12-31
      everything that fails today; team-shop answers for it until the end of the year
  portcullis waive --rule missing-pre-stop --service api --reason 'drains by itself' \\
                   --owner team-api --ticket API-7 --expires 2026-10-01
      one rule, in one service, with a reason
  portcullis waive --owner team-shop --ticket SHOP-42 --expires 2026-12-31 --dry-run
      the configuration that this would make

One waiver is written for each rule and set of environments, with the objects that it is about;
afterwards `portcullis lint` ends with 0. All else in the configuration stays as it is, comments and
order too. A waiver must have an owner, a ticket and a day on which it ends, at most 180 days ahead:
after that day the findings count again. `portcullis lint` says which waivers are expired or cover
nothing. The admission webhook holds to waivers too; a baseline (`portcullis lint --baseline`) is known
to lint alone.

Exit codes:
  0  written, or there was nothing to waive
  2  a wrong argument, or a configuration that cannot be added to
  3  something could not be rendered or read, so that its findings are not waived; written all the same";

/// `portcullis init`.
pub(crate) const INIT: &str = "\
Examples:
  portcullis init
      portcullis.yaml with its schema, the hook for pre-commit, and the file of the CI that is found
  portcullis init --ci github --use example/portcullis@4b825dc642cb6eb9a060e54bf8d69288fbee4904
      the same with a workflow that takes the action from there
  portcullis init --dry-run
      what would be written

Nothing is asked, and nothing that is there is changed: --force replaces files of portcullis alone,
and of files that belong to others too (.pre-commit-config.yaml, .gitlab-ci.yml) what to add is said.
What the repository shows (environments, layers, registries, zones, its own URL) stands in the
configuration; what it cannot show, such as the clusters of Argo CD, is a comment there to fill in.

Exit codes:
  0  written, or there was nothing to write
  2  a wrong argument, or a file that cannot be read or written";

/// `portcullis man`.
pub(crate) const MAN: &str = "\
Examples:
  portcullis man lint | man -l -
      the page of one command
  portcullis man --output ~/.local/share/man/man1
      all pages, for `man portcullis-lint`

Exit codes:
  0  printed or written
  2  there is no such command, or the folder cannot be written to";
