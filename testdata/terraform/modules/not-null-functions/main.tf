resource "terraform_data" "s" {
  input = "a"
}

resource "terraform_data" "n" {
  input = 1
}

resource "terraform_data" "b" {
  input = true
}

resource "terraform_data" "l" {
  input = tolist(["a"])
}

resource "terraform_data" "m" {
  input = tomap({ a = "b" })
}

locals {
  s = terraform_data.s.output
  n = terraform_data.n.output
  b = terraform_data.b.output
  l = terraform_data.l.output
  m = terraform_data.m.output
  t = "a$${a}"
}

output "abs" {
  value = (abs(local.n)) == null
}

output "abspath" {
  value = (abspath(local.s)) == null
}

output "alltrue" {
  value = (alltrue([local.b])) == null
}

output "anytrue" {
  value = (anytrue([local.b])) == null
}

output "base64decode" {
  value = (base64decode(local.s)) == null
}

output "base64encode" {
  value = (base64encode(local.s)) == null
}

output "base64gzip" {
  value = (base64gzip(local.s)) == null
}

output "base64sha256" {
  value = (base64sha256(local.s)) == null
}

output "base64sha512" {
  value = (base64sha512(local.s)) == null
}

output "basename" {
  value = (basename(local.s)) == null
}

output "bcrypt" {
  value = (bcrypt("a")) == null
}

output "can" {
  value = (can(local.s)) == null
}

output "ceil" {
  value = (ceil(local.n)) == null
}

output "chomp" {
  value = (chomp(local.s)) == null
}

output "chunklist" {
  value = (chunklist(tolist(local.l), 2)) == null
}

output "cidrhost" {
  value = (cidrhost(local.s, 1)) == null
}

output "cidrnetmask" {
  value = (cidrnetmask(local.s)) == null
}

output "cidrsubnet" {
  value = (cidrsubnet(local.s, 1, 1)) == null
}

output "cidrsubnets" {
  value = (cidrsubnets(local.s, 1)) == null
}

output "coalesce" {
  value = (coalesce(local.s, "x")) == null
}

output "coalescelist" {
  value = (coalescelist(tolist(local.l), ["a"])) == null
}

output "compact" {
  value = (compact(tolist(local.l))) == null
}

output "concat" {
  value = (concat(tolist(local.l), ["a"])) == null
}

output "contains" {
  value = (contains(tolist(local.l), "a")) == null
}

output "csvdecode" {
  value = (csvdecode(local.s)) == null
}

output "dirname" {
  value = (dirname(local.s)) == null
}

output "distinct" {
  value = (distinct(tolist(local.l))) == null
}

output "element" {
  value = (element(tolist(local.l), 0)) == null
}

output "endswith" {
  value = (endswith(local.s, "a")) == null
}

output "ephemeralasnull" {
  value = (ephemeralasnull(local.s)) == null
}

output "file" {
  value = (file(local.s)) == null
}

output "filebase64" {
  value = (filebase64(local.s)) == null
}

output "filebase64sha256" {
  value = (filebase64sha256(local.s)) == null
}

output "filebase64sha512" {
  value = (filebase64sha512(local.s)) == null
}

output "fileexists" {
  value = (fileexists(local.s)) == null
}

output "filemd5" {
  value = (filemd5(local.s)) == null
}

output "fileset" {
  value = (fileset(local.s, "*")) == null
}

output "filesha1" {
  value = (filesha1(local.s)) == null
}

output "filesha256" {
  value = (filesha256(local.s)) == null
}

output "filesha512" {
  value = (filesha512(local.s)) == null
}

output "flatten" {
  value = (flatten([tolist(local.l)])) == null
}

output "floor" {
  value = (floor(local.n)) == null
}

output "format" {
  value = (format("%s", local.s)) == null
}

output "formatdate" {
  value = (formatdate("YYYY", local.s)) == null
}

output "formatlist" {
  value = (formatlist("%s", tolist(local.l))) == null
}

output "indent" {
  value = (indent(2, local.s)) == null
}

output "index" {
  value = (index(tolist(local.l), "a")) == null
}

output "issensitive" {
  value = (issensitive(local.s)) == null
}

output "join" {
  value = (join(",", tolist(local.l))) == null
}

output "jsondecode" {
  value = (jsondecode(local.s)) == null
}

output "jsonencode" {
  value = (jsonencode(local.s)) == null
}

output "keys" {
  value = (keys(tomap(local.m))) == null
}

output "length" {
  value = (length(tolist(local.l))) == null
}

output "log" {
  value = (log(local.n, 2)) == null
}

output "lookup" {
  value = (lookup(tomap(local.m), "a", "b")) == null
}

output "lower" {
  value = (lower(local.s)) == null
}

output "matchkeys" {
  value = (matchkeys(tolist(local.l), ["a"], ["a"])) == null
}

output "max" {
  value = (max(local.n, 1)) == null
}

output "md5" {
  value = (md5(local.s)) == null
}

output "merge" {
  value = (merge(tomap(local.m), { a = "b" })) == null
}

output "min" {
  value = (min(local.n, 1)) == null
}

output "one" {
  value = (one([local.s])) == null
}

output "parseint" {
  value = (parseint(local.s, 10)) == null
}

output "pathexpand" {
  value = (pathexpand(local.s)) == null
}

output "plantimestamp" {
  value = (plantimestamp()) == null
}

output "pow" {
  value = (pow(local.n, 2)) == null
}

output "range" {
  value = (range(local.n)) == null
}

output "regex" {
  value = (regex("a", local.s)) == null
}

output "regexall" {
  value = (regexall("a", local.s)) == null
}

output "replace" {
  value = (replace(local.s, "a", "b")) == null
}

output "reverse" {
  value = (reverse(tolist(local.l))) == null
}

output "rsadecrypt" {
  value = (rsadecrypt(local.s, "a")) == null
}

output "setintersection" {
  value = (setintersection(toset(local.l), ["a"])) == null
}

output "setproduct" {
  value = (setproduct(tolist(local.l), ["a"])) == null
}

output "setsubtract" {
  value = (setsubtract(toset(local.l), ["a"])) == null
}

output "setunion" {
  value = (setunion(toset(local.l), ["a"])) == null
}

output "sha1" {
  value = (sha1(local.s)) == null
}

output "sha256" {
  value = (sha256(local.s)) == null
}

output "sha512" {
  value = (sha512(local.s)) == null
}

output "signum" {
  value = (signum(local.n)) == null
}

output "slice" {
  value = (slice(tolist(local.l), 0, 1)) == null
}

output "sort" {
  value = (sort(tolist(local.l))) == null
}

output "split" {
  value = (split(",", local.s)) == null
}

output "startswith" {
  value = (startswith(local.s, "a")) == null
}

output "strcontains" {
  value = (strcontains(local.s, "a")) == null
}

output "strrev" {
  value = (strrev(local.s)) == null
}

output "substr" {
  value = (substr(local.s, 0, 1)) == null
}

output "sum" {
  value = (sum([local.n, 1])) == null
}

output "textencodebase64" {
  value = (textencodebase64(local.s, "UTF-8")) == null
}

output "textdecodebase64" {
  value = (textdecodebase64(local.s, "UTF-8")) == null
}

output "templatestring" {
  value = (templatestring(local.t, { a = local.s })) == null
}

output "timeadd" {
  value = (timeadd(local.s, "1h")) == null
}

output "timecmp" {
  value = (timecmp(local.s, local.s)) == null
}

output "timestamp" {
  value = (timestamp()) == null
}

output "title" {
  value = (title(local.s)) == null
}

output "tobool" {
  value = (tobool(local.b)) == null
}

output "tolist" {
  value = (tolist(local.l)) == null
}

output "tomap" {
  value = (tomap(local.m)) == null
}

output "tonumber" {
  value = (tonumber(local.n)) == null
}

output "toset" {
  value = (toset(local.l)) == null
}

output "tostring" {
  value = (tostring(local.s)) == null
}

output "transpose" {
  value = (transpose(tomap({ a = tolist(local.l) }))) == null
}

output "trim" {
  value = (trim(local.s, "a")) == null
}

output "trimprefix" {
  value = (trimprefix(local.s, "a")) == null
}

output "trimspace" {
  value = (trimspace(local.s)) == null
}

output "trimsuffix" {
  value = (trimsuffix(local.s, "a")) == null
}

output "try" {
  value = (try(local.s, "a")) == null
}

output "upper" {
  value = (upper(local.s)) == null
}

output "urlencode" {
  value = (urlencode(local.s)) == null
}

output "uuid" {
  value = (uuid()) == null
}

output "uuidv5" {
  value = (uuidv5("dns", local.s)) == null
}

output "values" {
  value = (values(tomap(local.m))) == null
}

output "yamldecode" {
  value = (yamldecode(local.s)) == null
}

output "yamlencode" {
  value = (yamlencode(local.s)) == null
}

output "zipmap" {
  value = (zipmap(tolist(local.l), tolist(local.l))) == null
}

output "operator_115" {
  value = (local.n + 1) == null
}

output "operator_116" {
  value = (-local.n) == null
}

output "operator_117" {
  value = (!local.b) == null
}

output "operator_118" {
  value = (local.b && true) == null
}

output "operator_119" {
  value = (local.n < 1) == null
}

output "operator_120" {
  value = (local.s == "x") == null
}

output "operator_121" {
  value = ("${local.s}x") == null
}

output "operator_122" {
  value = ("${local.s}") == null
}

output "operator_123" {
  value = (local.b ? local.s : "x") == null
}

output "operator_124" {
  value = (local.b ? "y" : "x") == null
}

output "operator_125" {
  value = ([for x in tolist(local.l) : x]) == null
}

output "operator_126" {
  value = (tolist(local.l)[*].x) == null
}

output "operator_127" {
  value = (tolist(local.l)[0]) == null
}
