using FastProxy.Admin.Api;

namespace FastProxy.Admin.Organizations;

/// <summary>What the account's settings keep for their clients.</summary>
internal static class OrganizationFields
{
    public static KeptFieldTable Kept { get; } = new(
        flags:
        [
            "auto_redirect_to_identity", "is_ui_read_only", "allow_authenticate_via_warp", "warp_auth_non_browser_401",
            "deny_unmatched_requests", "mfa_required_for_all_apps",
        ],
        texts: ["ui_read_only_toggle_reason", "user_seat_expiration_inactive_time", "warp_auth_session_duration"],
        lists: ["deny_unmatched_requests_exempted_zone_names"],
        objects: ["login_design", "custom_pages", "mfa_config", "mfa_piv_key_requirements"]);
}
