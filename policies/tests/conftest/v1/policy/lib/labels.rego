package lib.labels

team(object) if object.metadata.labels.team
