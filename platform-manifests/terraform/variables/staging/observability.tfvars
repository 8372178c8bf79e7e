retention_days = 14
chat_url       = "https://chat.bank.example.com/hooks/fraud-staging"
on_call_url    = "https://oncall.bank.example.com/v1/fraud-staging"
