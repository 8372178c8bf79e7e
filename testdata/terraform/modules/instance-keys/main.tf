resource "terraform_data" "named" {
  for_each = toset(["$${y}", "%%{if}", "a<b>&c", "tab\tline\n", "quote\"back\\", "é\u2028\u00a0\u200b\U0001F600", "$", "$$", "\u007f\u0001", ""])
  input    = each.key
}

output "keys" {
  value = keys(terraform_data.named)
}
