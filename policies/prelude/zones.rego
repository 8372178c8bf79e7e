# Availability zones.
package portcullis.prelude.zones

key := "topology.kubernetes.io/zone"

# How many there are; two where the configuration does not say.
default number := 2

number := count(input.params.zones) if count(input.params.zones) > 0
