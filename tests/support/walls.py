"""Pages that keep readers out, written by hand in the manner of the real ones, and price pages that look a little like them."""

from __future__ import annotations

_HEAD = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{}</title></head><body>{}</body></html>'
AMOUNTS = "<table><tr><th>GPU</th><th>PRICE/GPU/HR</th></tr><tr><td>NVIDIA H100 80 GB</td><td>$2.50</td></tr></table>"
LOREM = "<p>Rent clusters of accelerators with fast networks, storage and support for your training runs. </p>" * 12

WALLS = {
    "interstitial": _HEAD.format(
        "Just a moment...",
        "<h1>cloud.example</h1><p>Checking your browser before you go on.</p>"
        "<script>window._cf_chl_opt={cvId:'3',cType:'managed'};</script>"
        "<noscript>Enable JavaScript and cookies to continue</noscript>",
    ),
    "captcha": _HEAD.format(
        "Are you a robot?",
        "<h1>One more step</h1><p>Please complete the captcha below.</p><form><div class='g-recaptcha'></div></form>",
    ),
    "human": _HEAD.format("cloud.example", "<p>Press and hold to verify you are human</p><div id='px-captcha'></div>"),
    "adblock": _HEAD.format("cloud.example", "<p id='cmsg'>Please enable JS and disable any ad blocker</p>"),
    "denied": _HEAD.format(
        "Access Denied", "<h1>Access Denied</h1>You don't have permission to see this page. Reference #18.2"
    ),
    "checkpoint": _HEAD.format(
        "Security Checkpoint", "<p>We're verifying your browser</p><p>Security Checkpoint | a1b2</p>"
    ),
    "traffic": _HEAD.format("Sorry", "<p>Our systems have detected unusual traffic from your network.</p>"),
    "consent": _HEAD.format(
        "Your privacy",
        "<div><h2>We value your privacy</h2><p>We and our 812 partners store cookies on your device.</p>"
        "<button>Accept all</button><button>Reject all</button></div>",
    ),
    "country": _HEAD.format("Sorry", "<p>This page is not available in your country.</p>"),
}

PAGES = {
    "banner": _HEAD.format("Pricing", f"{AMOUNTS}<div>We use cookies. <button>Accept all</button></div>"),
    "form": _HEAD.format("Pricing", f"{AMOUNTS}<form>Are you a human? <div class='g-recaptcha'></div></form>"),
    "let through": _HEAD.format(
        "Pricing", f"{AMOUNTS}<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"
    ),
    "sales with a banner": _HEAD.format(
        "Pricing",
        f"<h1>Clusters for you</h1>{LOREM}<p>Contact sales</p><div>We use cookies. <button>Accept</button></div>",
    ),
    "security feature": _HEAD.format(
        "Pricing", f"<h1>Cloud</h1>{LOREM}{LOREM}<p>Access denied by default. Contact us</p>"
    ),
    "empty shell": _HEAD.format(
        "App", "<noscript>You need to enable JavaScript to run this app.</noscript><div id='root'></div>"
    ),
    "short and plain": _HEAD.format("Pricing", "<h1>Pricing</h1><p>Contact sales for a quote.</p>"),
}
