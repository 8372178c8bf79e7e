# Constructs that regorus reads in ways of its own, each a rule, with what is undefined in all places.
package constructs

f(x) := x.k

g(x) := sprintf("t %s", [x.k])

h(x) := sprintf("t %s", [x.k]) if x

else := "no"

a1 := [f(x) | some x in input.xs]

a2 := [x.k | some x in input.xs]

a3 := [sprintf("%s", [x.k]) | some x in input.xs]

a4 := [sprintf("%s", [f(x)]) | some x in input.xs]

a5 := [g(x) | some x in input.xs]

a6 := [h(x) | some x in input.xs]

a7 := {"o": [x | some x in input.xs; x.k in {"", x.j}], "p": 1}

a8 := [x | some x in input.xs; x.k in {"a", x.j}]

a9 := [x | some x in input.xs; not bad(x)]

bad(x) if x.k in {"", x.j}

b1 := {x.k: 1 | some x in input.xs}

b2 contains {"at": [x.k], "m": sprintf("%s", [f(x)])} if some x in input.xs

b3 := [y | some x in input.xs; y := f(x)]

b4 := concat(",", [g(x) | some x in input.xs])

b5 contains m if {
	r := [sprintf("%s (%s)", [x.k, g(x)]) | some x in input.xs]
	m := concat(",", r)
}

b6 := [x | some x in input.xs; not f(x)]

b7 := [x | some x in input.xs; f(x) == "a"]

b8 := [x | some x in input.xs; count([1 | x.k == "a"]) == 0]

b9 := [object.get(x, "k", x.j) | some x in input.xs]

c1 contains m if {
	some x in input.xs
	y := f(x)
	not weird(y)
	m := x
}

weird(y) if y == "a"

c2[k] := v if {
	some k, x in input.xs
	v := x.k
}

c3[k] := x.k if some k, x in input.xs

c4 := [x | some x in input.xs; some y in input.nope; y == 1]

c5 := [n | some x in input.xs; n := count([1 | some y in input.nope; y])]

c6 := [n | some x in input.xs; n := count([1 | input.list[_] == x.k])]

c7 contains x.k if some x in input.xs

c8 contains y if {
	some x in input.xs
	y := x.k
}

d1 if y := input.nope.x

d2 := "yes" if y := input.nope

else := "no"

d3 := {"a": [x.k | some x in input.xs], "b": {x.k | some x in input.xs}}

d4 := [[z | some y in [x.k, x.j]; z := y] | some x in input.xs]

d5 := {v |
	some x in input.xs

	# a comment ] here
	v := {"t": "}", "k": x.k} # and here
}

d6 := count([x | some x in input.xs; not x.k]) + count([1 | input.nope == 1])

e1 := x.k if {
	some x in input.xs
	x.j
}

else := concat(",", ["a", input.nope]) if true

else := [y.k | some y in input.xs] if true

else := "s"

e2 := sprintf("%s", [input.nope])

e3[k] := sprintf("%s", ["a"]) if some k in input.list

e4 := {"a": [x.k | some x in input.xs]} if count(input.xs) > 0

f1 := 1 if {
	some x in input.xs
	x.nope
}

else := 2

f2 := x if {
	some x in input.xs
	x.nope
}

else := 2

f3 := 1 if {
	some x in input.xs
	x.nope
}

else := y if {
	some y in input.list
	y == "b"
}

else := 3

f4 := 1 if {
	some x in input.xs
	x.nope
}

else := y if y := input.nope

else := 3

f5 := 1 if {
	some x in input.xs
	x.nope
}

else := y if y := concat(",", ["a", input.nope])

else := 3

f6 := y if y := concat(",", ["a", input.nope])

else := 3

g1 if {
	some x in input.xs
	x.nope
}

else := false

g2 := 1 if {
	some x in input.xs
	x.nope
}

g2 := 2

g3 := y if {
	input.list[i] == "b"
	y := i
}

else := 3

p4(i) := y if {
	input.list[_] == i
	y := i
}

else := "none" if i

g4 := [p4("a"), p4("z")]

g5 := [v | some i in ["a", "z"]; v := p4(i)]

n1 := [x | some x in input.xs; not weird(x.k)]

n2 := [x | some x in input.xs; not weird(f(x))]

n3 := [x | some x in input.xs; not x.k in {"a"}]

n4 := [x | some x in input.xs; not startswith(x.k, "a")]

n5 := [x | some x in input.xs; not x.k == "a"]

n6 := [x | some x in input.xs; x.k != "a"]

n7 := [x | some x in input.xs; not count([1 | x.k]) > 0]

s1 := [x | some x in input.xs; "" in {"", x.j}]

s2 := [x | some x in input.xs; "" in ["", x.j]]

s3 := [x | some x in input.xs; {"a": 1, "b": x.j}]

s4 := [x | some x in input.xs; "" in {"": 1, "b": x.j}]

s5 := [x | some x in input.xs; count([x.j]) >= 0]

i1 if {
	every x in input.list {
		y := upper(x)
		y != "C"
	}
}

i2 if {
	every x in input.xs {
		y := x.k
		y != "z"
	}
}

i3 := [x | some x in input.xs; every y in input.list { z := object.get(x, "k", ""); z != y}]

i5 contains y if {
	some x in input.xs
	{"k": y} = x
}

i6 := {[k, v]: v |
	some x in input.xs
	some k, v in x
}

i7 := [[a, b] | some x in input.xs; [a, b] := [x.k, object.get(x, "j", "none")]]

i8 := count({y | some y in input.xs; y.k}) if {
	some x in input.list
	x == "b"
} else := 0

i9(x) := y if {
	y := x.k
} else := z if {
	z := x.j
}

j1 := [i9(x) | some x in input.xs]

default j2 := "default"

j2 := x if {
	some x in input.list
	x == "z"
}

j3 := [v | some x in input.xs; v := {"whole": x, "part": x.k}]

j5 := [1 | input.xs[_].k == "c"]

j6 if not j7

j7 if {
	some x in input.xs
	x.nope
}

j8 := {"a", x.k} if some x in [{"k": "b"}]

j9 := count({k | some k, _ in input.none}) + count(a1)

k1 := {concat("/", [sprintf("%v", [s]) | some s in p]) | [p, v] := walk(input.xs); is_string(v)}

k2 := {v | walk(input.xs, [_, v]); is_string(v)}

k3 := count([x | x := walk(input.list)])

k4 := [x[1] | walk(input.list, x); is_string(x[1])]

k5 if [_, "b"] = walk(input.list)

k6 if not k7

k7 if {
	[_, "zzz"] = walk(input.list)
}

k8 := {[x, path] | some x, y in input.xs; [path, v] := walk(y); is_string(v)}

k9 := {i | some i; walk(input.list, [[i], "b"])}

l1 := [y | some x in input.mixed; y := x * 2]

l2 := [y | some x in input.mixed; y := 12 / x]

l3 := [y | some x in input.mixed; y := 7 % x]

l4 := [y | some x in input.mixed; y := x + 1]

l5 := [y | some x in input.mixed; y := x - 1]

l6 := [x | some x in input.mixed; x > 1]

l7 := [x | some x in input.mixed; x < "a"]

l8 contains x if {
	some x in input.mixed
	x * 2 > 3
}

l9 := [x | some x in input.mixed; not x * 2 > 3]

m1 := [x | some x in input.mixed; x]

m2 := [y | some x in input.mixed; y := to_number(x)]

m3 := [y | some x in input.mixed; y := upper(x)]

m4 := [x | some x in input.mixed; not startswith(x, "x")]

m5 := [x | some x in input.mixed; {x} - {null} == set()]

m6 := [y | some x in input.mixed; y := count(x)]

o1 := [x | some y in input.xs; f(y); some x in input.list]

o2 := [x | some y in input.xs; f(y) == "a"; some x in input.list]

o3 contains m if {
	some y in input.xs
	f(y)
	some x in input.list
	m := sprintf("%s %s", [y, x])
}

o4 := [x | f(input.none); some x in input.list]

o5 := [x | f(input.none); "a" in input.list; x := 1]

o6 contains m if {
	some y in input.xs
	found := [x | f(y); some x in input.list]
	m := [y, found]
}

o7 contains m if {
	some y in input.xs
	count([x | f(y); some x in input.list; x == "a"]) == 0
	m := y
}

o8 contains m if {
	some y in input.xs
	not anyof(y)
	m := y
}

anyof(y) if count([x | f(y); some x in input.list]) > 0

o9 := {k: v | some k, y in input.xs; f(y); some v in input.list; v == "a"}

beside(x, _) if kind(x) == "certain"

beside(_, y) if kind(y) != "certain"

kind(x) := object.get(x, "j", "certain")

serves(x, _) if x.k == "c"

serves(_, y) if y == "b"

q1 := count([x | some x in input.xs; beside(x, input.none); serves(x, "a")]) == 1

q2 := {n | some x in input.xs; beside(x, input.none); n := object.get(x, "k", "")}

q3 := [i | some i, x in input.xs; beside(x, input.none); "a" in input.list]

q4 := {s | some s in input.list; some x in input.xs; beside(x, input.none); serves(x, s)}

q5 contains s if {
	some s in input.list
	count([x | some x in input.xs; beside(x, input.none); serves(x, s)]) == 1
}

q6 contains m if {
	some i, x in input.xs
	found := [y | some y in input.xs; beside(y, x); kind(y) in kinds(y)]
	m := [i, count(found)]
}

kinds(y) := {k | some k in ["certain", y.k]}

q7 contains m if {
	some i, x in input.xs
	count([y | some y in input.xs; beside(y, x); "k" in kinds(y)]) == 0
	m := i
}

q8 contains m if {
	about := [i | some i, x in input.xs; x.k]
	count(about) > 0
	count([i | some i, y in input.xs; beside(y, about[0]); "certain" in kinds(y)]) == 2
	m := about[0]
}

never(x, _) if x.none == "certain"

never(_, y) if y == "never"

r1 := 1 if count([i | some i, x in input.xs; never(x, "y"); "certain" in kinds(x)]) == 0

r2 contains m if {
	about := [i | some i, x in input.xs; x.k]
	count([i | some i, x in input.xs; never(x, about[0]); "certain" in kinds(x)]) == 0
	m := about[0]
}

r3 := 1 if count([i | some i, x in input.xs; never(x, "y"); kind(x) in kinds(x)]) == 0

r4 := count([i | some i, x in input.xs; never(x, "y"); "certain" in kinds(x)])

r5 := count([i | some i, x in input.xs; never(x, "y"); some z in kinds(x); z == "certain"])

r6 := count([i | some i, x in input.xs; never(x, input.list[0]); "certain" in kinds(x)])

r7 := 1 if {
	about := [i | some i, x in input.xs; x.k]
	count([i | some i, x in input.xs; never(x, about[0])]) == 0
}

t1 contains m if {
	alarms := {i: x | some i, x in input.xs; x.j}
	count(alarms) > 0
	about := sort(array.concat([i | some i, x in input.xs; x.k == "a"], [i | some i, x in alarms; x.k]))
	count([i | some i, x in alarms; certain(x, about[0]); input.list[0] in labels(x)]) == 0
	m := about[0]
}

certain(x, _) if state(x) == "yes"

certain(_, y) if state(y) != "no"

state(x) := object.get(input.none, ["a", x, "b"], "no")

labels(x) := [object.get(one, "name", "") | some one in parts(x)]

parts(x) := array.concat([object.get(x, "values", {})], [y | some one in x.blocks; some y in one])

t2 contains m if {
	about := [0]
	count([i | some i, x in input.xs; certain(x, about[0]); input.list[0] in labels(x)]) == 0
	m := about[0]
}

t3 contains m if {
	about := [0]
	count([i | some i, x in input.xs; certain(x, about[0]); input.list[0] in input.list]) == 0
	m := about[0]
}

t4 contains m if {
	about := [0]
	count([i | some i, x in input.xs; certain(x, 0); input.list[0] in labels(x)]) == 0
	m := about[0]
}

t5 contains m if {
	count([i | some i, x in input.xs; state(x) == "yes"; input.list[0] in labels(x)]) == 0
	m := 1
}

t6 contains m if {
	count([i | some i, x in input.xs; state(x) == "yes"; "a" in labels(x)]) == 0
	m := 1
}

u1 contains m if {
	count([x | some x in input.xs; x.nothing; input.list[0] == x.k]) == 0
	m := input.list[0]
}

u2 contains m if {
	not missing
	count([x | some x in input.xs; never(x, 1); x.k in input.list]) == 0
	m := input.list
}

missing if input.none.a

u3 contains m if {
	count([x | some x in input.xs; never(x, 1); input.list[1] in labels(x)]) == 0
	m := sprintf("no %s", [input.list[1]])
}

u4 contains m if {
	found := [x | some x in input.xs; never(x, 1); input.list[1] in labels(x)]
	count(found) == 0
	m := [y | some y in input.list; y == input.list[1]]
}

u5 := m if {
	not never(input.xs[0], input.list[1])
	m := input.list[1]
}

u6 := m if {
	every x in input.xs { not never(x, input.list[1]) }
	m := [input.list[1], input.xs[0].k]
}

listed := input.xs

v1 contains m if {
	items := listed
	count([x | some x in items; never(x, 1); x.k in input.list]) == 0
	m := input.list[0]
}

v2 contains m if {
	items := listed
	count([x | some x in items; x.nothing; x.k == input.list[0]]) == 0
	m := input.list[0]
}

v3 := m if {
	items := listed
	not everyone(items)
	m := input.list[0]
}

everyone(items) if {
	every x in items { x.nothing == input.list[0] }
}

v4 := m if {
	items := listed
	found := [x | some x in items; never(x, input.list[0]); x.k == input.list[1]]
	m := [found, input.list[0]]
}

v5 := m if {
	items := input.missing
	found := [x | some x in items; x.k == input.list[1]]
	m := [found, input.list[0]]
}

v6 := "no" if listed[0].nothing

else := concat("", array.concat([y | some x in listed; never(x, 1); y := input.list[0]], [input.list[1]]))

v8 := concat("", array.concat([y | some x in listed; never(x, 1); y := input.list[0]], [input.list[1]]))

v9 contains m if {
	items := listed
	not never(items[0], input.list[0])
	m := input.list[1]
}

w1 contains m if {
	some x in listed
	every y in listed { y.nothing != input.list[0] }
	m := [x, input.list[0]]
}

w2 contains m if {
	some x in listed
	not x.nothing == input.list[0]
	m := [x.k, input.list[0]]
}

v7 := m if {
	items := listed
	found := {x.k: 1 | some x in items; never(x, 1); x.k in input.list}
	m := [found, input.list[0]]
}
