package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// pageSize is how many resources a page of the sampling search asks for.
const pageSize = 100

// sampled is what a server already holds.
type sampled struct {
	ids         []string // "Patient/123"
	identifiers []string // "https://fhir.nhs.uk/Id/nhs-number|9000000009"
}

// bundle is what sampling needs of a searchset.
type bundle struct {
	Link  []struct{ Relation, URL string }
	Entry []struct {
		Resource struct {
			ResourceType, ID string
			Identifier       json.RawMessage // an Identifier or a list of them, by type
		}
	}
}

// sampleServer pages through a search of one type until it has enough resources. System limits
// the identifiers to one system; when no resource has one, all systems count.
func sampleServer(ctx context.Context, client *http.Client, o options, resourceType, system string) (sampled, error) {
	var found, other sampled
	next := o.base + "/" + resourceType + "?_count=" + fmt.Sprint(pageSize)
	for pages := 0; next != "" && len(found.ids) < o.sample && pages <= o.sample; pages++ {
		var page bundle
		if err := getJSON(ctx, client, o, next, &page); err != nil {
			return found, err
		}
		for _, entry := range page.Entry {
			if entry.Resource.ResourceType != resourceType || entry.Resource.ID == "" {
				continue
			}
			found.ids = append(found.ids, resourceType+"/"+entry.Resource.ID)
			for _, token := range tokens(entry.Resource.Identifier) {
				if strings.HasPrefix(token, system+"|") {
					found.identifiers = append(found.identifiers, token)
				} else {
					other.identifiers = append(other.identifiers, token)
				}
			}
		}
		var err error
		if next, err = nextPage(next, page); err != nil {
			return found, err
		}
	}
	if len(found.ids) == 0 {
		return found, fmt.Errorf("%s holds no %s to ask for: import some first", o.base, resourceType)
	}
	if len(found.identifiers) == 0 {
		found.identifiers = other.identifiers
	}
	return found, nil
}

// tokens gives the system|value of identifiers that have both.
func tokens(raw json.RawMessage) []string {
	type identifier struct{ System, Value string }
	var list []identifier
	if json.Unmarshal(raw, &list) != nil {
		list = make([]identifier, 1)
		if json.Unmarshal(raw, &list[0]) != nil {
			return nil
		}
	}
	var all []string
	for _, one := range list {
		if one.System != "" && one.Value != "" {
			all = append(all, one.System+"|"+one.Value)
		}
	}
	return all
}

// nextPage gives the URL of the next page, which may be relative to this one; "" for none.
func nextPage(current string, page bundle) (string, error) {
	for _, link := range page.Link {
		if link.Relation != "next" {
			continue
		}
		base, err := url.Parse(current)
		if err != nil {
			return "", err
		}
		next, err := base.Parse(link.URL)
		if err != nil {
			return "", fmt.Errorf("next link: %w", err)
		}
		return next.String(), nil
	}
	return "", nil
}

func getJSON(ctx context.Context, client *http.Client, o options, from string, into any) error {
	answer, err := fetch(ctx, client, o, from)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer.Body, into); err != nil {
		return fmt.Errorf("GET %s: %w", withoutQuery(from), err)
	}
	return nil
}

// fetch gets one 2xx answer whole.
func fetch(ctx context.Context, client *http.Client, o options, from string) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return answer{}, err
	}
	req.Header = o.header()
	res, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("status %s", res.Status)
	}
	if err != nil {
		return answer{}, fmt.Errorf("GET %s: %w", withoutQuery(from), err)
	}
	return answer{ContentType: res.Header.Get("Content-Type"), Body: body}, nil
}

// withoutQuery keeps identifiers of patients out of messages.
func withoutQuery(u string) string {
	before, _, _ := strings.Cut(u, "?")
	return before
}
