{{for wy wx y x below right}}
    {
        // Past the map the features are those of their neighbours, which count twice.
        let row = py / 2u + {{wy}}u;
        let column = px / 2u + {{wx}}u;
        if (row < parameters.other_height && column < parameters.other_width) {
            pooled[(row * parameters.other_width + column) * vec4s + c4] =
                pack(pool(v{{y}}{{x}}, v{{y}}{{right}}, v{{below}}{{x}}, v{{below}}{{right}}));
        }
    }
{{end wy wx y x below right}}
