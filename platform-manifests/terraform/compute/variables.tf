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

variable "kubernetes_version" {
  description = "The version of the control plane."
  type        = string
}

variable "system_nodes" {
  description = "The managed nodes: their type, and how many there are in each zone."
  type = object({
    instance_type = string
    per_zone      = number
  })
}
