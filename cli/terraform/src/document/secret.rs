//! Which attributes of a resource hold secrets, whatever variables say of them.

/// The endings of names that are secrets in any resource, as whole words.
const ENDINGS: [&str; 24] = [
    "access_key",
    "access_token",
    "api_key",
    "auth_token",
    "client_secret",
    "credential",
    "credentials",
    "data_json",
    "key_material_base64",
    "oauth_token",
    "passphrase",
    "password",
    "passwords",
    "plaintext",
    "plaintext_value",
    "preshared_key",
    "private_key",
    "private_key_pem",
    "secret_binary",
    "secret_key",
    "secret_string",
    "shared_secret",
    "token",
    // Arguments that are written and never kept.
    "wo",
];

/// Attributes whose name tells nothing, by the type of the resource; all that lies within them is secret, too.
const OF_TYPE: [(&str, &str); 32] = [
    ("aws_api_gateway_api_key", "value"),
    ("aws_cloudwatch_event_connection", "value"),
    ("aws_codebuild_source_credential", "token"),
    ("aws_dms_certificate", "certificate_pem"),
    ("aws_dms_certificate", "certificate_wallet"),
    ("aws_glue_connection", "athena_properties"),
    ("aws_glue_connection", "connection_properties"),
    ("aws_iot_ca_certificate", "ca_certificate_pem"),
    ("aws_mwaa_environment", "airflow_configuration_options"),
    ("aws_pinpoint_gcm_channel", "service_json"),
    ("aws_s3_object_copy", "customer_key"),
    ("aws_s3_object_copy", "source_customer_key"),
    ("aws_sns_platform_application", "platform_principal"),
    ("aws_ssm_parameter", "value"),
    ("aws_transfer_host_key", "host_key_body"),
    ("aws_transfer_server", "host_key"),
    ("helm_release", "repository_password"),
    ("helm_release", "set_sensitive"),
    ("kubectl_secret", "content"),
    ("kubectl_secret", "sensitive_fields"),
    ("kubectl_secret", "yaml_body"),
    ("kubectl_secret", "yaml_body_parsed"),
    ("kubectl_secret", "yaml_incluster"),
    ("kubernetes_secret", "binary_data"),
    ("kubernetes_secret", "data"),
    ("kubernetes_secret", "stringData"),
    ("local_sensitive_file", "content"),
    ("local_sensitive_file", "content_base64"),
    ("random_password", "bcrypt_hash"),
    ("random_password", "result"),
    ("rancher2_secret", "data"),
    ("vault_generic_secret", "data"),
];

/// The type that a resource counts as: a Secret of Kubernetes may be written in several ways.
#[must_use]
pub fn secret_type<'a>(ty: &'a str, manifest_kind: Option<&str>, yaml: Option<&str>) -> &'a str {
    let holds_secret = |text: &str| text.lines().any(|line| line.trim().trim_matches(['"', ',']) == "kind: Secret");
    match ty {
        "kubernetes_manifest" if manifest_kind == Some("Secret") => "kubernetes_secret",
        "kubernetes_secret_v1" | "kubernetes_secret_v1_data" => "kubernetes_secret",
        "kubectl_manifest" if yaml.is_some_and(holds_secret) => "kubectl_secret",
        other => other,
    }
}

/// Whether what lies at a path within a resource of a type is a secret.
pub fn is_secret<'p>(ty: &str, path: impl IntoIterator<Item = &'p str>) -> bool {
    let ends = |name: &str, ending: &str| name.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
    let mut last = "";
    for name in path {
        if OF_TYPE.contains(&(ty, name)) {
            return true;
        }
        // Items of a list have the name of the list.
        if !name.is_empty() && !name.bytes().all(|byte| byte.is_ascii_digit()) {
            last = name;
        }
    }
    ENDINGS.iter().any(|ending| ends(last, ending))
}

#[cfg(test)]
mod tests {
    use super::{is_secret, secret_type};

    #[test]
    fn secrets_are_known_by_name_or_by_the_type_that_they_are_of() {
        let secret = |ty, path: &str| is_secret(ty, path.split('/'));
        assert!(secret("aws_db_instance", "password"));
        assert!(secret("aws_opensearch_domain", "advanced_security_options/0/master_user_options/0/master_user_password"));
        assert!(secret("aws_memorydb_user", "authentication_mode/0/passwords/1"));
        assert!(secret("aws_ssm_parameter", "value"));
        assert!(secret("kubernetes_secret", "data/any"));
        assert!(secret("helm_release", "set_sensitive/0/value"));
        assert!(secret("aws_rds_cluster", "master_password_wo"));
        assert!(!secret("aws_db_instance", "manage_master_user_password_policy"));
        assert!(!secret("aws_ssm_parameter", "name"));
        assert!(!secret("aws_lb", "two"));
        assert!(!secret("kubernetes_config_map", "data/any"));
        assert_eq!(secret_type("kubernetes_manifest", Some("Secret"), None), "kubernetes_secret");
        assert_eq!(secret_type("kubernetes_manifest", Some("ConfigMap"), None), "kubernetes_manifest");
        assert_eq!(secret_type("kubectl_manifest", None, Some("apiVersion: v1\nkind: Secret\n")), "kubectl_secret");
    }
}
