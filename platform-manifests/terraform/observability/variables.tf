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

variable "retention_days" {
  description = "How long logs are kept."
  type        = number
}

variable "on_call_url" {
  description = "Where the on-call service takes alarms."
  type        = string
}

variable "chat_url" {
  description = "Where the team's chat takes alarms."
  type        = string
}
