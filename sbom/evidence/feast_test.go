package evidence

import (
	"slices"
	"testing"
)

func TestFeastViews(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{"repo/features.py": `
from feast import FeatureView, Field, FileSource, StreamFeatureView
from feast.on_demand_feature_view import on_demand_feature_view
trips = FileSource(name="t", path="data/trips.parquet")
driver = FeatureView(
    name="driver", schema=[Field(name="trips", dtype=Int64), Field("rating")],
    source=trips, owner="team@acme.example", ttl=timedelta(days=1), tags={"tier": "1"},
)
stream = StreamFeatureView(name="live", stream_source=KafkaSource(topic="rides"), source=trips)
@on_demand_feature_view(sources=[driver], schema=[Field(name="rate", dtype=Float64)])
def rate(inputs):
    return inputs
other = View(name="x")
`, "plain.py": "v = FeatureView(name='x')\n"})
	if len(inv.Features) != 3 {
		t.Fatalf("features %+v, want 3", inv.Features)
	}
	driver, live, rate := inv.Features[0], inv.Features[1], inv.Features[2]
	if driver.Name != "driver" || !slices.Equal(driver.Fields, []string{"trips", "rating"}) || !slices.Equal(driver.Sources, []string{"data/trips.parquet"}) ||
		driver.Owner != "team@acme.example" || driver.TTL != "timedelta(days=1)" || !slices.Equal(driver.Tags, []string{"tier"}) || driver.At.Line != 5 {
		t.Errorf("driver %+v", driver)
	}
	if live.Stream != "rides" || live.Owner != "" || live.TTL != "" {
		t.Errorf("live %+v", live)
	}
	if rate.Name != "rate" || !slices.Equal(rate.Fields, []string{"rate"}) || rate.At.Line != 10 {
		t.Errorf("rate %+v", rate)
	}
}

func TestCroissant(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{
		"data/croissant.json": `{"conformsTo": "http://mlcommons.org/croissant/1.0", "name": "d", "license": "mit", "distribution": [
 {"@type": "cr:FileObject", "contentUrl": "https://a.b/x.csv", "md5": "11", "sha256": "22"},
 {"@type": "cr:FileObject", "contentUrl": "y.csv"},
 {"@type": "cr:FileSet", "includes": "*.csv"}]}`,
		"other.json": `{"distribution": [{"@type": "FileObject"}]}`,
	})
	if len(inv.Cards) != 1 || len(inv.Cards[0].Digests) != 3 || !inv.Cards[0].Has["license"] || inv.Cards[0].Has["version"] {
		t.Fatalf("cards %+v", inv.Cards)
	}
	d := inv.Cards[0].Digests
	if d[0].Algorithm != "sha256" || d[1].Algorithm != "md5" || d[1].URL != "https://a.b/x.csv" || d[1].At.Line != 2 || d[2].Path != "y.csv" || d[2].Algorithm != "" {
		t.Errorf("digests %+v", d)
	}
}
