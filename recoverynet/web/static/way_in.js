"use strict";
// A link carries its code behind the #, which no browser sends: it goes into the form, and out of the address.
function takeCode() {
  var code = location.hash.slice(1);
  if (!code || code === "main") return;
  history.replaceState(null, "", location.pathname);
  document.getElementById("code").value = code;
  document.getElementById("way-in").submit();
}
window.addEventListener("hashchange", takeCode);
takeCode();
