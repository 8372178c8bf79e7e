package main

test_a_pod_without_a_team_is_denied if {
	count(deny) == 1 with input as {"kind": "Pod", "metadata": {"name": "a", "labels": {}}}
}
