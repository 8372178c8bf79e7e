output "x" {
  value = "\\q"
}
