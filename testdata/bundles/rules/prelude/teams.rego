# Which team an object belongs to.
package acme.teams

of(object) := object.metadata.labels.team
