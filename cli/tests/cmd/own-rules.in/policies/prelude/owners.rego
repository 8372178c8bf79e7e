# Who owns what.
package acme.owners

of(object, label) := object.metadata.labels[label]

of(object, _) := object.metadata.annotations["example.com/team"]
