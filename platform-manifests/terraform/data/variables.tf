variable "account_id" {
  description = "The account of the environment."
  type        = string
}

variable "zones" {
  description = "The zones that everything is spread over."
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 2
    error_message = "One zone may go: name two at least."
  }
}

variable "databases" {
  description = "The instances by what they hold."
  type = map(object({
    instance_class = string
    storage        = number
  }))
}

variable "multi_az" {
  description = "Whether databases have a standby in the other zone."
  type        = bool
}

variable "backup_days" {
  description = "How long databases can go back."
  type        = number
}

variable "broker_class" {
  description = "The size of the brokers."
  type        = string
}
