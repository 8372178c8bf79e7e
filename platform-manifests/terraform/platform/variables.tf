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

variable "oidc_issuer" {
  description = "The issuer of the cluster, without https://, as it stands in the trust of every role."
  type        = string
}
