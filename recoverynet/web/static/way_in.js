"use strict";
// A link carries its code behind the #, which no browser sends: it goes into the form, and out of the address.
(function () {
  var code = location.hash.slice(1);
  if (!code) return;
  history.replaceState(null, "", location.pathname);
  document.getElementById("code").value = code;
  document.getElementById("way-in").submit();
})();
