package devlogin

import (
	"html/template"
	"net/http"
)

// loginPage is what the page that asks who somebody is shows.
type loginPage struct {
	ID             string
	People         []Person
	AsksForPatient bool
	Words          string // what went wrong; "" for nothing
}

const head = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Log in (for trying out)</title>
<style>body{font:1rem/1.5 sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#212b32}label{display:block;padding:.4rem 0}
small{color:#4c6272}button{font:inherit;padding:.5rem 1.5rem;margin-top:1rem}.fault{border-left:.4rem solid #d5281b;padding-left:1rem}</style>`

var pages = template.Must(template.New("").Parse(`
{{define "login"}}` + head + `<h1>Who are you?</h1>
<p>Everybody here is invented, and nobody has a password: this login is for trying the server out on this machine.</p>
{{with .Words}}<p class="fault" role="alert">{{.}}</p>{{end}}
<form method="post" action="login"><input type="hidden" name="login" value="{{.ID}}">
<fieldset><legend>Log in as</legend>
{{range .People}}<label><input type="radio" name="person" value="{{.Subject}}" required> {{.Name}} <small>{{.Words}}</small></label>
{{end}}</fieldset>
{{if .AsksForPatient}}<label>NHS number of the patient the app is for <input name="patient" inputmode="numeric" value="999 000 0018" autocomplete="off"></label>
<small>Patients and attorneys see their own record, whatever stands here.</small>{{end}}
<p><button>Log in</button></p></form></html>{{end}}
{{define "fault"}}` + head + `<h1>That cannot be</h1><p class="fault" role="alert">{{.}}</p></html>{{end}}
{{define "index"}}` + head + `<h1>Log in, for trying out</h1>
<p>Apps find this login by <a href="{{.}}/.well-known/smart-configuration">the SMART configuration</a> of {{.}}. Their client id is <code>` + AppClient + `</code>.</p>
<h2>Launch an app as a record system would</h2>
<form method="get" action="launch"><label>Launch address of the app <input name="app" type="url" required placeholder="http://127.0.0.1:3000/launch.html"></label>
<label>NHS number <input name="patient" inputmode="numeric" value="999 000 0018" required></label><button>Launch</button></form></html>{{end}}`))

func (p *Provider) show(w http.ResponseWriter, status int, page string, with any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = pages.ExecuteTemplate(w, page, with) // an error means that the browser has gone
}

func (p *Provider) index(w http.ResponseWriter, _ *http.Request) {
	p.show(w, http.StatusOK, "index", p.Audience)
}
