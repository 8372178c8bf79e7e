output "x" {
  value = "\q"
}
