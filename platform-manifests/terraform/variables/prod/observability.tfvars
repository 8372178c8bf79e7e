retention_days = 90
chat_url       = "https://chat.bank.example.com/hooks/fraud-prod"
on_call_url    = "https://oncall.bank.example.com/v1/fraud-prod"
