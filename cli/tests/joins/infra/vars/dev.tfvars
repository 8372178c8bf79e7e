deployment_mode = "ACTIVE_STANDBY_MULTI_AZ"
