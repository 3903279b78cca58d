package web

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/sbom/lineage"
)

// unreadable lists what cannot be read on a page: texts whose contrast with what is behind
// them is below 4.5 (WCAG 2.2, 1.4.3), texts of the picture that leave their box, edges
// that go through a box, and elements that are wider than the screen and cannot be scrolled.
const unreadable = `(() => {
  const parse = c => { const n = c.match(/[\d.]+/g).map(Number); return n.length < 4 ? [...n.slice(0, 3), 1] : n; };
  const light = ([r, g, b]) => { const f = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }; return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
  const behind = el => {
    const box = el.closest("g") && el.closest("g").querySelector("rect");
    if (box) return parse(getComputedStyle(box).fill);
    for (let e = el; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] > 0) return c; }
    return [255, 255, 255, 1];
  };
  const out = [];
  for (const el of document.querySelectorAll("body *")) {
    if (!el.checkVisibility() || ![...el.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || el.closest("title, option")) continue;
    const style = getComputedStyle(el), ink = parse(el.closest("svg") ? style.fill : style.color);
    const [a, b] = [light(ink), light(behind(el))].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) out.push("contrast " + ratio.toFixed(1) + ": " + el.textContent.trim().slice(0, 40));
    const place = el.getBoundingClientRect();
    if (!el.closest(".scroll, pre") && place.right > innerWidth + 1) out.push("off the screen: " + el.textContent.trim().slice(0, 40));
  }
  for (const text of document.querySelectorAll("svg .node text")) {
    if (text.getBBox().width > 156) out.push(Math.round(text.getBBox().width) + " pixels in a box of 170: " + text.textContent);
  }
  const boxes = [...document.querySelectorAll("svg .node")].map(g => ({ name: g.querySelector("text").textContent, at: g.querySelector("rect").getBoundingClientRect() }));
  for (const path of document.querySelectorAll("svg .edge")) {
    const m = path.getScreenCTM(), long = path.getTotalLength();
    for (let d = 4; d < long - 4; d += 4) {
      const p = path.getPointAtLength(d).matrixTransform(m);
      const hit = boxes.find(b => p.x > b.at.left + 2 && p.x < b.at.right - 2 && p.y > b.at.top + 2 && p.y < b.at.bottom - 2);
      if (hit) { out.push("an edge goes through " + hit.name); break; }
    }
  }
  return out.join("\n");
})()`

// digestOf is a digest as they look.
func digestOf(n int) string {
	return "sha256:" + strings.Repeat(fmt.Sprintf("%02x9ad3c4e7", n), 6) + "abcd"
}

// ancestors is a store with a decision whose things have a long history: long names, names
// that are digests, names in Chinese, what is revoked and what is not proved.
func ancestors(t *testing.T) (*store.Store, string) {
	s, id := seeded(t)
	nodes := []lineage.Node{
		{Digest: digestOf(1), Kind: "dataset", Name: "customer-support-tickets-2019-to-2026-deduplicated-and-filtered", Stage: "data"},
		{Digest: digestOf(2), Kind: "dataset", Name: "客户支持对话数据集去重过滤版本二〇二六年", Stage: "data"},
		{Digest: digestOf(3), Kind: "base", Name: "meta-llama/Llama-3.1-405B-Instruct-FP8", Stage: "base"},
		{Digest: digestOf(4), Kind: "model", Name: "WWWWWWWWWWWWWWWWWWWWWWWWW", Stage: "training"},
		{Digest: digestOf(5), Kind: "artifact", Stage: "registry"},
		{Digest: digestOf(6), Kind: "workload", Name: "prod/chat", Stage: "deployment"}}
	edge := func(from, to string) lineage.Edge { return lineage.Edge{From: from, To: to, Relation: "derived_from"} }
	edges := []lineage.Edge{edge(digestOf(1), "sha256:bad"), edge(digestOf(2), "sha256:bad"), edge(digestOf(3), digestOf(4)), edge(digestOf(1), digestOf(4)),
		edge("sha256:out", digestOf(4)), edge(digestOf(4), digestOf(5)), edge(digestOf(5), digestOf(6))}
	if err := s.InTx(t.Context(), func(tx store.Tx) error { return tx.SaveLineage(t.Context(), nodes, edges) }); err != nil {
		t.Fatal(err)
	}
	return s, id
}

func TestARelationIsReadAsASentence(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]string{"base": "made from base", "dataset": "made from dataset", "passed": "lets in", "trained_from": "trained from",
		"trained on": "trained on", "serves": "serves", "": "made from"} {
		if got := relation(label); got != want {
			t.Errorf("%q is shown as %q, want %q", label, got, want)
		}
	}
}

// Every page can be read on a phone, by day and by night.
func TestPagesAreReadable(t *testing.T) {
	s, id := ancestors(t)
	web := server(t, Options{Store: s})
	ctx, _ := browser(t)
	for _, scheme := range []string{"light", "dark"} {
		set := chromedp.ActionFunc(func(ctx context.Context) error {
			return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}).Do(ctx)
		})
		for _, path := range []string{"/", "/repositories/acme/model", "/decisions/" + id, "/decisions/" + id + "/bom?q=llama", "/decisions/" + id + "/changes", "/decisions/" + id + "/lineage", "/controls", "/controls/TRAIN-001", "/waivers", "/replays", "/replays/r1", "/health"} {
			var problems string
			file := scheme + strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(path, id, "id"), "/", "-"), "?", "-") + ".png"
			err := chromedp.Run(ctx, set, chromedp.EmulateViewport(390, 844), chromedp.Navigate(web.URL+path), chromedp.WaitReady("main h1"),
				chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil), chromedp.Evaluate(unreadable, &problems), screenshot(t, file))
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if problems != "" {
				t.Errorf("%s, %s:\n%s", path, scheme, problems)
			}
		}
		file := "lineage-desktop-" + scheme + ".png"
		if err := chromedp.Run(ctx, set, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(web.URL+"/decisions/"+id+"/lineage"), chromedp.WaitReady("svg"), screenshot(t, file)); err != nil {
			t.Fatal(err)
		}
	}
}
