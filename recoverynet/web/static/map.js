"use strict";
// The map of people and groups: drag, hover, or walk from mark to mark with the arrow keys. The tables below say the same.
(function () {
  var source = document.getElementById("map-data");
  if (!source || typeof cytoscape === "undefined") return;
  var data = JSON.parse(source.textContent);
  var says = document.getElementById("map-says");
  var box = document.getElementById("map");
  document.getElementById("map-box").hidden = false;
  var elements = [{ data: { id: "client", label: "Client", says: "The client." }, position: { x: 0, y: 0 }, classes: "client" }];
  data.rings.forEach(function (radius, place) {
    elements.push({ data: { id: "ring" + place, size: 2 * radius }, position: { x: 0, y: 0 }, classes: "ring", selectable: false, grabbable: false });
  });
  data.nodes.forEach(function (node) {
    elements.push({ data: node, position: { x: node.x, y: node.y }, classes: [node.layer, node.carries, node.quiet ? "faded" : ""].join(" ") });
    elements.push({ data: { source: "client", target: node.id }, classes: node.quiet ? "faded" : "" });
  });
  var cy = cytoscape({
    container: box,
    elements: elements,
    layout: { name: "preset" },
    userZoomingEnabled: false,
    userPanningEnabled: false,
    boxSelectionEnabled: false,
    autounselectify: true,
    style: [
      { selector: "node", style: { width: 34, height: 34, label: "data(label)", "font-size": 15, "font-family": "Segoe UI, Roboto, Arial, sans-serif", color: "#1f2933", "text-valign": "bottom", "text-margin-y": 4, "text-background-color": "#fff", "text-background-opacity": 0.85, "text-wrap": "wrap", "text-max-width": 110, "background-color": "#fff", "border-width": 2, "border-color": "#1f2933", "overlay-opacity": 0 } },
      { selector: ".ring", style: { width: "data(size)", height: "data(size)", shape: "ellipse", "background-opacity": 0, "border-width": 1, "border-color": "#d5dbe1", label: "", events: "no", "z-index": 0 } },
      { selector: ".client", style: { width: 44, height: 44, "background-color": "#1f2933", "font-weight": "bold" } },
      { selector: ".recovery", style: { shape: "ellipse", "background-color": "#0b4a6f", "border-color": "#0b4a6f" } },
      { selector: ".supportive", style: { shape: "round-rectangle", "background-color": "#5c9dba", "border-color": "#0b4a6f" } },
      { selector: ".neutral", style: { shape: "hexagon" } },
      { selector: ".using", style: { shape: "triangle", "background-color": "#f2bc6b" } },
      { selector: ".unknown", style: { shape: "ellipse", "border-style": "dashed", "border-color": "#4a5763" } },
      { selector: ".group", style: { width: 42, height: 42, "border-width": 5, "border-color": "#1f2933" } },
      { selector: "edge", style: { width: 2, "line-color": "#7a8691", "curve-style": "straight", "z-index": 1, events: "no" } },
      { selector: "edge.faded", style: { "line-style": "dashed", "line-color": "#7a8691" } },
      { selector: ".here", style: { "border-color": "#b5470b", "border-width": 6 } }
    ]
  });
  var marks = cy.nodes().not(".ring");
  var here = -1;
  function show(mark) {
    marks.removeClass("here");
    mark.addClass("here");
    here = marks.toArray().indexOf(mark);
    says.textContent = mark.data("says");
  }
  function fit() { cy.resize(); cy.fit(cy.elements(), 34); }
  cy.on("mouseover", "node", function (event) { show(event.target); });
  cy.on("tap", "node", function (event) { show(event.target); });
  box.addEventListener("focus", function () { if (here < 0) show(marks[0]); });
  box.addEventListener("keydown", function (event) {
    var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    var place = step ? (here + step + marks.length) % marks.length : event.key === "Home" ? 0 : event.key === "End" ? marks.length - 1 : -1;
    if (place < 0) return;
    event.preventDefault();
    show(marks[place]);
  });
  window.addEventListener("resize", fit);
  cy.one("render", function () { box.dataset.ready = "yes"; });
  fit();
})();
