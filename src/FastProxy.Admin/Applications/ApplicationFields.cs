using FastProxy.Admin.Api;

namespace FastProxy.Admin.Applications;

/// <summary>What an application keeps for its clients.</summary>
internal static class ApplicationFields
{
    /// <summary>The name under which destinations that are no public ones are kept.</summary>
    public const string Destinations = "destinations";

    /// <summary>Every field of the API this one follows that decides nothing here: pages, cookies, provisioning.</summary>
    public static KeptFieldTable Kept { get; } = new(
        flags:
        [
            "app_launcher_visible", "auto_redirect_to_identity", "allow_iframe", "allow_authenticate_via_warp", "options_preflight_bypass",
            "eager_redirect_cookie_setting", "enable_binding_cookie", "http_only_cookie_attribute", "path_cookie_attribute",
            "service_auth_401_redirect", "skip_interstitial", "use_clientless_isolation_app_launcher_url",
        ],
        texts: ["custom_deny_message", "custom_deny_url", "custom_non_identity_deny_url", "same_site_cookie_attribute", "logo_url"],
        lists: ["allowed_idps", "custom_pages", "tags"],
        objects: ["cors_headers", "scim_config", "oauth_configuration", "mfa_config"]);
}
