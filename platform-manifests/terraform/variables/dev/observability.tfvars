retention_days = 14
chat_url       = "https://chat.bank.example.com/hooks/fraud-dev"
on_call_url    = "https://oncall.bank.example.com/v1/fraud-dev"
